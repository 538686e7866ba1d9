// One call of Chat: a place in a room of the chat.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/numbers/numbers.hpp>

#include <memory>
#include <optional>
#include <string>

namespace parley::numbers {

// Loop thread only; lives until run() has completed.
class Conversation {
 public:
  Conversation(chat::ChatService& chat, CallContext context, Source<ChatMessage> messages,
               Sink<ChatMessage> sink);

  Task<Result<void>> run();

 private:
  // Brings what comes into the room to the client.
  class Relay final : public Outbound {
   public:
    explicit Relay(Conversation& conversation) : conversation_(conversation) {}
    Task<bool> write(const TypeInfo& type, const void* update) override;

   private:
    Conversation& conversation_;
  };

  // Until the client has sent all, or a message is refused.
  Task<Result<void>> speak(ChatMessage message);
  Result<void> check(const ChatMessage& later) const;
  Task<Result<void>> post(ChatMessage message);
  Task<void> listen(std::optional<std::int64_t> after_seq);
  // The client has sent all.
  Task<Result<void>> finish();
  // Without the call's cancellation: a message that was sent is stored, also when its sender leaves.
  CallContext context_of_post() const;
  void leave();

  chat::ChatService& chat_;
  const CallContext context_;
  Source<ChatMessage> messages_;
  Sink<ChatMessage> sink_;
  Relay relay_{*this};
  std::shared_ptr<Cancellation> leaving_ = std::make_shared<Cancellation>();  // of the following

  std::string room_, user_;
  bool resumes_ = false;                // the client has named a position
  std::int64_t position_ = 0;           // in the log: what the client has
  bool heard_ = false;                  // anything
  std::int64_t posted_ = 0;             // the last seq of its own
  std::optional<std::int64_t> finish_;  // the position that ends the call
  bool done_ = false;                   // the following ends as it should
  std::optional<Error> failed_;         // why the following ended before that
};

}  // namespace parley::numbers
