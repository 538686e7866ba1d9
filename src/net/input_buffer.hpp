// The bytes a client has sent and that have not been answered yet.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace parley::net {

// Contiguous; grows only in reserve(). Not copyable.
class InputBuffer {
 public:
  static constexpr std::size_t usual = 8 << 10;  // bytes kept between requests

  InputBuffer() : data_(new char[usual]), capacity_(usual) {}

  char* data() noexcept { return data_.get() + begin_; }
  std::string_view view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }

  std::span<char> room() noexcept { return {data_.get() + end_, capacity_ - end_}; }
  void commit(std::size_t size) noexcept { end_ += size; }
  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  // Takes `size` bytes out, `offset` bytes behind the start: decoding in place shrinks what it decodes.
  void cut(std::size_t offset, std::size_t size) noexcept {
    if (size == 0) return;
    char* const at = data() + offset;
    std::memmove(at, at + size, this->size() - offset - size);
    end_ -= size;
  }

  // Makes room for at least `size` more bytes. Gives by how much the bytes moved, in memory: views of them
  // are to be moved along.
  std::ptrdiff_t reserve(std::size_t size) {
    if (capacity_ - end_ >= size) return 0;
    std::unique_ptr<char[]> old;  // until its address has been looked at
    const char* const before = data();
    if (capacity_ - this->size() >= size) {
      std::memmove(data_.get(), before, this->size());
    } else {
      std::size_t capacity = capacity_ * 2;
      while (capacity - this->size() < size) capacity *= 2;
      std::unique_ptr<char[]> larger(new char[capacity]);
      std::memcpy(larger.get(), before, this->size());
      old = std::exchange(data_, std::move(larger));
      capacity_ = capacity;
    }
    end_ -= begin_;
    begin_ = 0;
    const auto moved = reinterpret_cast<std::intptr_t>(data_.get()) - reinterpret_cast<std::intptr_t>(before);
    return moved;
  }

  // Empties it and gives a large block back.
  void reset() {
    begin_ = end_ = 0;
    if (capacity_ == usual) return;
    data_.reset(new char[usual]);
    capacity_ = usual;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_, begin_ = 0, end_ = 0;
};

}  // namespace parley::net
