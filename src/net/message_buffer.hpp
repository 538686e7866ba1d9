// The message that is being received. Grows with what has come, never with what a header promises.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

namespace parley::net {

class MessageBuffer {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  struct Room {
    char* data;
    std::size_t size;
  };
  // At least `least` bytes to read into, and usually as many again as there are.
  Room room(std::size_t least) {
    if (capacity_ - size_ < least) {
      const auto capacity = size_ + std::max({least, size_, kFirst});
      auto* grown = static_cast<char*>(std::realloc(bytes_.get(), capacity));
      if (!grown) throw std::bad_alloc();
      static_cast<void>(bytes_.release());
      bytes_.reset(grown);
      capacity_ = capacity;
    }
    return {bytes_.get() + size_, capacity_ - size_};
  }
  void filled(std::size_t size) noexcept { size_ += size; }
  // All the room there is, over what has come: for a message that is thrown away, of which filled() counts
  // the bytes and view() is nothing any more. Only after room().
  Room scratch() noexcept { return {bytes_.get(), capacity_}; }
  void append(std::string_view bytes) {
    const auto room = this->room(bytes.size());
    std::copy(bytes.begin(), bytes.end(), room.data);
    filled(bytes.size());
  }
  // Gives the memory back.
  void release() noexcept {
    bytes_.reset();
    size_ = capacity_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 960;
  struct Free {
    void operator()(char* bytes) const noexcept { std::free(bytes); }
  };
  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace parley::net
