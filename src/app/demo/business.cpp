// An order, what is told about it, and calls in a batch.
#include "demo/telling.hpp"
#include "text.hpp"

namespace parley::app {

Result<std::string> place_order(Story& story) {
  const auto request = json_request(
      "POST", "/api/v1/orders",
      R"({"user_id":")" + story.alice.id +
          R"(","items":[{"product_id":"book-17","name":"One Loop","quantity":2,"price":19.99},)"
          R"({"product_id":"mug-3","quantity":1,"price":5.03}],"shipping_address":{"street":"1 Rue de Rivoli","city":"Paris"}})",
      {{"Idempotency-Key", "demo-" + story.number}});
  const auto first = ask(story, request, 201);
  if (!first) return first;
  auto order = read_as<seen::Order>(*first);
  if (!order) return std::unexpected(order.error());
  if (order->status != "PENDING" || order->total_amount != Money{4501})
    return unlike("a PENDING order of exactly 45.01", *first);

  story.stage.say("The same request again, as after an impatient click: its key makes it the same order.");
  const auto second = ask_quietly(story, request, 201);
  if (!second) return second;
  const auto again = read_as<seen::Order>(*second);
  if (!again) return std::unexpected(again.error());
  if (again->id != order->id) return unlike("the order " + order->id + " again", *second);
  story.order = std::move(*order);

  story.stage.say("An order that has not been sent cannot have arrived:");
  const auto refused =
      ask(story,
          json_request("PATCH", "/api/v1/orders/" + story.order.id + "/status", R"({"status":"DELIVERED"})"),
          info(Code::failed_precondition).http_status);
  if (!refused) return refused;
  const auto problem = read_as<seen::Problem>(*refused);
  if (!problem) return std::unexpected(problem.error());
  if (problem->code != "failed_precondition") return unlike("failed_precondition", *refused);
  return "one order of 45.01 to the cent, and no step out of its order";
}

Result<std::string> be_notified(Story& story) {
  const auto path = "/api/v1/notifications/stream?user_id=" + story.alice.id;
  story.stage.say("Alice listens to her notifications:");
  story.stage.command("curl -sN --max-time 2 " + shell_word(story.base() + path));
  auto events = client::EventSource::open(story.target, path);
  if (!events) return unlike("a stream of notifications", events.error().message);
  auto event = events->next();
  if (!event || !event->data.contains("Connected"))
    return unlike("the welcome titled `Connected`", event ? event->data : event.error().message);
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  story.stage.say("and her order is confirmed:");
  const auto request =
      json_request("PATCH", "/api/v1/orders/" + story.order.id + "/status", R"({"status":"CONFIRMED"})");
  story.stage.command(curl_command(story.base(), request));
  if (const auto answer = ask_quietly(story, request, 200); !answer) return answer;
  for (;;) {
    event = events->next();
    if (!event) return unlike("a notification of the confirmed order", event.error().message);
    if (event->data.contains(story.order.id) && event->data.contains("CONFIRMED")) break;
  }
  events->cut();
  story.stage.answer(event->data, "id: " + event->id);
  return "the notification came to the open stream, and is kept for those who were away";
}

Result<std::string> call_in_a_batch(Story& story) {
  const std::string body = R"([{"jsonrpc":"2.0","id":1,"method":"getUser","params":{"id":")" +
                           story.alice.id +
                           R"("}},{"jsonrpc":"2.0","id":2,"method":"add","params":[2,3]},)"
                           R"({"jsonrpc":"2.0","method":"sendNotification","params":{"user_id":")" +
                           story.bob.id +
                           R"(","title":"Hi","message":"No id, so no answer"}},)"
                           R"({"jsonrpc":"2.0","id":4,"method":"dance"}])";
  const auto answer = ask(story, json_request("POST", "/rpc", body), 200);
  if (!answer) return answer;
  const auto batch = read_as<seen::RpcBatch>(R"({"answers":)" + *answer + "}");
  if (!batch) return std::unexpected(batch.error());
  const auto find = [&](auto wanted) { return std::ranges::any_of(batch->answers, wanted); };
  const bool user =
      find([&](const auto& a) { return a.id == 1 && a.result && a.result->id == story.alice.id; });
  const bool sum = find([](const auto& a) { return a.id == 2 && a.result && a.result->result == 5; });
  const bool unknown = find([](const auto& a) { return a.id == 4 && a.error && a.error->code == -32601; });
  if (batch->answers.size() != 3 || !user || !sum || !unknown)
    return unlike("Alice, 5 and the error -32601 for the ids 1, 2 and 4, and nothing for the notification",
                  *answer);
  return "three answers for four calls: the one without an id gets none";
}

}  // namespace parley::app
