// The port wherever its module is (implemented in remote/).
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/placed.hpp>

#include <cstddef>
#include <memory>

namespace parley::chat {

// `scheduler` outlives it; at most `max_waiting` calls wait while the module moves.
std::unique_ptr<Placed<ChatService>> make_placed(Scheduler& scheduler, std::size_t max_waiting);

}  // namespace parley::chat
