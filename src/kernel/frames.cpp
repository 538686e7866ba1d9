// The memory of coroutine frames. A request takes and gives back a handful of them.
#include <parley/task.hpp>

#include <new>

namespace parley::detail {
namespace {

// gcc has macros of its own for its sanitizers, clang has features.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARLEY_SEES_FRAMES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_SEES_FRAMES
#endif
#endif

#ifdef PARLEY_SEES_FRAMES
constexpr bool recycles = false;  // a frame that is used after its end must be seen
#else
constexpr bool recycles = true;
#endif

constexpr std::size_t step = 64, classes = 24;  // frames of up to 1536 bytes
constexpr std::uint32_t most_kept = 64;         // of each class, per thread

struct Kept {
  Kept* next;
};

// Needs no destructor, so that frames may still come after the thread's other objects have gone.
struct Shelf {
  Kept* first;
  std::uint32_t count;
};
thread_local Shelf shelves[classes];
thread_local bool closed = false;

struct Closing {
  ~Closing() {
    closed = true;
    for (auto& shelf : shelves)
      while (auto* frame = shelf.first) {
        shelf.first = frame->next;
        ::operator delete(frame);
      }
  }
};

std::size_t class_of(std::size_t size) noexcept {
  return (size - 1) / step;
}

}  // namespace

void* allocate_frame(std::size_t size) {
  const auto at = class_of(size);
  if (!recycles || at >= classes) return ::operator new(size);
  auto& shelf = shelves[at];
  if (auto* frame = shelf.first) {
    shelf.first = frame->next;
    --shelf.count;
    return frame;
  }
  return ::operator new((at + 1) * step);
}

void free_frame(void* frame, std::size_t size) noexcept {
  const auto at = class_of(size);
  if (!recycles || at >= classes || closed || shelves[at].count == most_kept) return ::operator delete(frame);
  static thread_local Closing closing;
  auto& shelf = shelves[at];
  shelf.first = ::new (frame) Kept{shelf.first};
  ++shelf.count;
}

}  // namespace parley::detail
