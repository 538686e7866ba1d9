// Reading a log by page, in both directions.
#include "checks.hpp"
#include "position.hpp"
#include "service.hpp"

#include <parley/validate.hpp>

#include <algorithm>

namespace parley::chat {

Task<Result<MessagePage>> Service::read(CallContext context, ReadMessages request) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  if (!request.before.empty() && !request.since.empty())
    co_return invalid_field("before", "must not be given together with `since`: one page goes one way");
  auto reading = request.before.empty() ? read_forwards(std::move(context), std::move(request))
                                        : read_backwards(std::move(context), std::move(request));
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<MessagePage>> Service::read_forwards(CallContext context, ReadMessages request) {
  auto since = parse_position("since", "next", request.since);
  if (!since) co_return std::unexpected(std::move(since.error()));
  MessagePage answer;
  Result<Page> page;
  switch (since->kind) {
    case Position::Kind::none:
      page = co_await store_.newest(context, request.room, request.limit);
      break;
    case Position::Kind::time:
      page = co_await store_.from_time(context, request.room, since->time, request.limit);
      // What was removed may have been of that second too.
      if (page && !page->messages.empty() && page->first > 1)
        answer.gap = page->messages.front().seq == page->first;
      break;
    case Position::Kind::cursor:
      page = co_await store_.after(context, request.room, since->seq, request.limit);
      if (page && since->seq > page->last) {
        // The log is not the one that gave this cursor: whatever it has is new to the reader.
        answer.gap = true;
        page = co_await store_.after(context, request.room, 0, request.limit);
      } else if (page && !page->messages.empty()) {
        answer.gap = page->messages.front().seq > since->seq + 1;
      }
      break;
  }
  if (!page) co_return std::unexpected(std::move(page.error()));
  answer.messages = std::move(page->messages);
  answer.has_new = !answer.messages.empty();
  answer.more = page->more;
  answer.next = to_cursor(answer.has_new ? answer.messages.back().seq : page->last);
  const std::int64_t begin = answer.has_new ? answer.messages.front().seq : page->last + 1;
  if (begin > 1) answer.previous = to_cursor(begin);
  co_return answer;
}

Task<Result<MessagePage>> Service::read_backwards(CallContext context, ReadMessages request) {
  auto before = parse_position("before", "previous", request.before);
  if (!before) co_return std::unexpected(std::move(before.error()));
  MessagePage answer;
  Result<Page> page;
  if (before->kind == Position::Kind::time) {
    page = co_await store_.before_time(context, request.room, before->time, request.limit);
  } else {
    page = co_await store_.before(context, request.room, before->seq, request.limit);
    if (page && before->seq > page->last + 1) answer.gap = true;  // of another log: whatever is here is new
  }
  if (!page) co_return std::unexpected(std::move(page.error()));
  answer.messages = std::move(page->messages);
  answer.has_new = !answer.messages.empty();
  answer.more = page->more;
  // Older ones were asked for and have been removed. They cannot be read by going on.
  const auto asked = static_cast<std::size_t>(request.limit);
  const bool removed = !page->more && page->first > 1 && answer.messages.size() < asked;
  answer.gap = answer.gap || removed;
  if (answer.has_new) {
    const std::int64_t begin = answer.messages.front().seq;
    answer.next = to_cursor(answer.messages.back().seq);
    if (begin > 1 && !removed) answer.previous = to_cursor(begin);
  } else {
    answer.next = to_cursor(page->first > 0 ? page->first - 1 : 0);
  }
  co_return answer;
}

}  // namespace parley::chat
