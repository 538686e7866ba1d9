// The users port's value types: fields, rules and documentation, declared once.
//
// Protobuf numbers are the lecture's (user_service.proto); what it does not have counts from 10.
//
// The rules let empty text pass in optional fields; the service drops it, as the lecture's code does
// (`if req.Phone != ""`): clients that always send every member keep working.
#include <parley/users/users.hpp>

namespace {

// Control characters have no place in one line of text, and PostgreSQL stores no NUL.
constexpr const char* one_line = R"([^\x00-\x1f\x7f]*)";
constexpr const char* one_line_hint = "one line of text without control characters";
constexpr const char* web_address = R"([Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7f]+|)";
constexpr const char* web_address_hint = "an http:// or https:// address";
constexpr const char* phone_number = R"((?:\+?[ (]*[1-9](?:[ ()./-]*[0-9]){1,14}[ )]*)?)";
constexpr const char* phone_number_hint =
    "a phone number such as +1-555-123-4567: 2 to 15 digits, the first of them not 0, an optional + before "
    "them, and only spaces, dashes, dots, slashes and parentheses between them";

constexpr const char* id_doc = "The user's id (UUID version 7).";
constexpr const char* id_example = R"("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37")";
constexpr const char* name_doc = "Full name, 2 to 50 characters without the spaces around it.";
constexpr const char* name_example = R"("John Doe")";
constexpr const char* email_doc = "E-mail address; kept in lower case; no two users share one.";
constexpr const char* email_example = R"("john.doe@example.com")";
constexpr const char* age_doc = "Age in years.";
constexpr const char* city_doc = "City.";
constexpr const char* country_doc = "Country.";
constexpr const char* phone_doc = "Phone number, kept as it was typed.";
constexpr const char* phone_example = R"("+1-555-123-4567")";
constexpr const char* avatar_doc = "Address of a picture.";
constexpr const char* avatar_example = R"("https://example.com/avatars/john.png")";
constexpr const char* q_doc = "Part of the name or the e-mail, in either case; empty: everyone.";
constexpr const char* q_example = R"("john")";
constexpr const char* active_doc = "False for a user who may not act.";

}  // namespace

namespace parley {

using namespace users;

template <>
const TypeInfo& describe<User>() {
  static constexpr Row rows[] = {
      field<&User::id>("id", number(1), doc(id_doc), example(id_example)),
      field<&User::name>("name", number(2), doc(name_doc), example(name_example)),
      field<&User::email>("email", number(3), doc(email_doc), example(email_example)),
      field<&User::age>("age", number(10), doc(age_doc), example("30")),
      field<&User::city>("city", number(11), doc(city_doc), example(R"("New York")")),
      field<&User::country>("country", number(12), doc(country_doc), example(R"("USA")")),
      field<&User::phone>("phone", number(4), since(2), doc(phone_doc), example(phone_example)),
      field<&User::avatar>("avatar", number(13), since(2), doc(avatar_doc), example(avatar_example)),
      field<&User::active>("active", number(5), doc(active_doc)),
      field<&User::created_at>("created_at", number(6), doc("When the user was created.")),
      field<&User::updated_at>("updated_at", number(7), since(2), doc("When the user was last changed.")),
  };
  static const TypeInfo type = object<User>("User", rows, "A user.");
  return type;
}

template <>
const TypeInfo& describe<CreateUser>() {
  static constexpr Row rows[] = {
      field<&CreateUser::name>("name", trimmed(), length(2, 50), pattern(one_line, one_line_hint), number(1),
                               doc(name_doc), example(name_example)),
      field<&CreateUser::email>("email", trimmed(), lower_case(), email(), length(0, 254), number(2),
                                doc(email_doc), example(email_example)),
      field<&CreateUser::age>("age", range(0, 120), number(10), doc(age_doc), example("30")),
      field<&CreateUser::city>("city", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                               number(11), doc(city_doc), example(R"("New York")")),
      field<&CreateUser::country>("country", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                                  number(12), doc(country_doc), example(R"("USA")")),
      field<&CreateUser::phone>("phone", trimmed(), length(0, 32), pattern(phone_number, phone_number_hint),
                                number(3), doc(phone_doc), example(phone_example)),
      field<&CreateUser::avatar>("avatar", trimmed(), length(0, 2048), pattern(web_address, web_address_hint),
                                 number(13), doc(avatar_doc), example(avatar_example)),
  };
  static const TypeInfo type = object<CreateUser>("CreateUserRequest", rows, "A user to be created.");
  return type;
}

template <>
const TypeInfo& describe<GetUser>() {
  static constexpr Row rows[] = {
      field<&GetUser::id>("id", lower_case(), number(1), doc(id_doc), example(id_example)),
  };
  static const TypeInfo type = object<GetUser>("GetUserRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<GetUserProfile>() {
  static constexpr Row rows[] = {
      field<&GetUserProfile::id>("id", lower_case(), number(1), doc(id_doc), example(id_example)),
  };
  static const TypeInfo type = object<GetUserProfile>("GetUserProfileRequest", rows);
  return type;
}

// The lecture names it and shows nothing of it.
template <>
const TypeInfo& describe<UserProfile>() {
  static constexpr Row rows[] = {
      field<&UserProfile::id>("id", number(1), doc(id_doc), example(id_example)),
      field<&UserProfile::name>("name", number(2), doc(name_doc), example(name_example)),
      field<&UserProfile::avatar>("avatar", number(3), doc(avatar_doc), example(avatar_example)),
      field<&UserProfile::city>("city", number(4), doc(city_doc), example(R"("New York")")),
      field<&UserProfile::country>("country", number(5), doc(country_doc), example(R"("USA")")),
      field<&UserProfile::active>("active", number(6), doc(active_doc)),
      field<&UserProfile::member_since>("member_since", number(7), doc("When the user was created.")),
  };
  static const TypeInfo type = object<UserProfile>("UserProfile", rows, "What others may see of a user.");
  return type;
}

template <>
const TypeInfo& describe<UpdateUser>() {
  static constexpr Row rows[] = {
      field<&UpdateUser::id>("id", lower_case(), number(1), doc(id_doc), example(id_example)),
      field<&UpdateUser::name>("name", trimmed(), length(2, 50), pattern(one_line, one_line_hint), number(2),
                               doc(name_doc), example(name_example)),
      field<&UpdateUser::email>("email", trimmed(), lower_case(), email(), length(0, 254), number(3),
                                doc(email_doc), example(email_example)),
      field<&UpdateUser::age>("age", range(0, 120), number(10), doc(age_doc), example("30")),
      field<&UpdateUser::city>("city", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                               number(11), doc(city_doc), example(R"("New York")")),
      field<&UpdateUser::country>("country", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                                  number(12), doc(country_doc), example(R"("USA")")),
      field<&UpdateUser::phone>("phone", trimmed(), length(0, 32), pattern(phone_number, phone_number_hint),
                                number(4), doc(phone_doc), example(phone_example)),
      field<&UpdateUser::avatar>("avatar", trimmed(), length(0, 2048), pattern(web_address, web_address_hint),
                                 number(13), doc(avatar_doc), example(avatar_example)),
      field<&UpdateUser::active>("active", number(5), doc("Left out: unchanged.")),
  };
  static const TypeInfo type =
      object<UpdateUser>("UpdateUserRequest", rows, "The whole user; what is left out is cleared.");
  return type;
}

template <>
const TypeInfo& describe<PatchUser>() {
  static constexpr Row rows[] = {
      field<&PatchUser::id>("id", lower_case(), number(1), doc(id_doc), example(id_example)),
      field<&PatchUser::name>("name", trimmed(), length(2, 50), pattern(one_line, one_line_hint),
                              never_null(), number(2), doc(name_doc), example(name_example)),
      field<&PatchUser::email>("email", trimmed(), lower_case(), email(), length(0, 254), never_null(),
                               number(3), doc(email_doc), example(email_example)),
      field<&PatchUser::age>("age", range(0, 120), number(10), doc(age_doc), example("30")),
      field<&PatchUser::city>("city", trimmed(), length(0, 100), pattern(one_line, one_line_hint), number(11),
                              doc(city_doc), example(R"("New York")")),
      field<&PatchUser::country>("country", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                                 number(12), doc(country_doc), example(R"("USA")")),
      field<&PatchUser::phone>("phone", trimmed(), length(0, 32), pattern(phone_number, phone_number_hint),
                               number(4), doc(phone_doc), example(phone_example)),
      field<&PatchUser::avatar>("avatar", trimmed(), length(0, 2048), pattern(web_address, web_address_hint),
                                number(13), doc(avatar_doc), example(avatar_example)),
      field<&PatchUser::active>("active", never_null(), number(5), doc(active_doc)),
  };
  static const TypeInfo type =
      object<PatchUser>("PatchUserRequest", rows,
                        "JSON merge patch (RFC 7396) of a user: what is left out stays, "
                        "null clears.");
  return type;
}

template <>
const TypeInfo& describe<DeleteUser>() {
  static constexpr Row rows[] = {
      field<&DeleteUser::id>("id", lower_case(), number(1), doc(id_doc), example(id_example)),
  };
  static const TypeInfo type = object<DeleteUser>("DeleteUserRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<ListUsers>() {
  static constexpr Row rows[] = {
      field<&ListUsers::page>("page", range(1, 100'000'000), may_be_absent(), number(1),
                              doc("Which page, counted from 1.")),
      field<&ListUsers::page_size>("page_size", range(1, 100), may_be_absent(), number(2),
                                   doc("Users per page.")),
      field<&ListUsers::q>("q", trimmed(), length(0, 254), pattern(one_line, one_line_hint), may_be_absent(),
                           number(3), doc(q_doc), example(q_example)),
  };
  static const TypeInfo type = object<ListUsers>("ListUsersPageRequest", rows);
  return type;
}

// The lecture's request of that name; `q` has its number in ListUsersPageRequest.
template <>
const TypeInfo& describe<StreamUsers>() {
  static constexpr Row rows[] = {
      field<&StreamUsers::q>("q", trimmed(), length(0, 254), pattern(one_line, one_line_hint),
                             may_be_absent(), number(3), doc(q_doc), example(q_example)),
  };
  static const TypeInfo type = object<StreamUsers>("ListUsersRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<UserPage>() {
  static constexpr Row rows[] = {
      field<&UserPage::users>("users", number(1), doc("Oldest first.")),
      field<&UserPage::total>("total", number(2), doc("How many users match, on all pages.")),
      field<&UserPage::page>("page", number(3), doc("This page, counted from 1.")),
      field<&UserPage::page_size>("page_size", number(4), doc("Users per page, as asked for.")),
  };
  static const TypeInfo type = object<UserPage>("ListUsersResponse", rows, "One page of users.");
  return type;
}

template <>
const TypeInfo& describe<ValidateUser>() {
  static constexpr Row rows[] = {
      field<&ValidateUser::user_id>("user_id", lower_case(), number(1), doc(id_doc), example(id_example)),
  };
  static const TypeInfo type = object<ValidateUser>("ValidateUserRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<UserValidation>() {
  static constexpr Row rows[] = {
      field<&UserValidation::is_valid>("is_valid", number(1),
                                       doc("True for a user that exists and is active.")),
      field<&UserValidation::reason>("reason", number(2), doc("Why the user is not valid; empty otherwise.")),
  };
  static const TypeInfo type =
      object<UserValidation>("UserValidation", rows, "Whether a user may act, for other services.");
  return type;
}

}  // namespace parley
