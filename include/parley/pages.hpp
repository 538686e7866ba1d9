// Streaming operations over a table: everything there is, one by one, of which no more than a page is in
// memory.
#pragma once

#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace parley {

// Sends what `read(last)`, a Task<Result<std::vector<T>>>, finds behind `last`, or from the start for null,
// until a page has less than `page_size`. The next page is read when the receiver has taken the one before.
// Ends with an error: `cancelled` for a call that was, or when the receiver has gone; `deadline_exceeded`; or
// one of `read`.
template <class T, class Read>
Task<Result<void>> stream_pages(CallContext context, std::size_t page_size, Read read, Sink<T> sink) {
  std::vector<T> page;
  do {
    auto reading = read(page.empty() ? nullptr : &page.back());
    Result<std::vector<T>> next = co_await std::move(reading);
    if (!next) co_return std::unexpected(std::move(next.error()));
    page = std::move(*next);
    for (const T& value : page) {
      if (context.cancelled()) co_return fail(Code::cancelled, "the call was cancelled");
      if (context.expired()) co_return fail(Code::deadline_exceeded, "the call's time is over");
      auto sending = sink.send(value);
      const bool taken = co_await std::move(sending);
      if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
    }
  } while (page.size() >= page_size);
  co_return Result<void>{};
}

}  // namespace parley
