#include <parley/net/hpack.hpp>

#include <nghttp2/nghttp2.h>

#include <new>

namespace parley::net {
namespace {

std::string text_of(const std::uint8_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

}  // namespace

struct HpackReader::Impl {
  nghttp2_hd_inflater* inflater = nullptr;
  Impl() {
    if (nghttp2_hd_inflate_new(&inflater) != 0) throw std::bad_alloc();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { nghttp2_hd_inflate_del(inflater); }
};

HpackReader::HpackReader() : impl_(std::make_unique<Impl>()) {}
HpackReader::HpackReader(HpackReader&&) noexcept = default;
HpackReader& HpackReader::operator=(HpackReader&&) noexcept = default;
HpackReader::~HpackReader() = default;

Result<std::vector<HpackReader::Field>> HpackReader::read(std::string_view block) {
  std::vector<Field> fields;
  std::size_t begun = 0, at = 0;  // of this field; of what comes next
  for (;;) {
    nghttp2_nv found{};
    int flags = 0;
    const auto used = nghttp2_hd_inflate_hd2(impl_->inflater, &found, &flags,
                                             reinterpret_cast<const std::uint8_t*>(block.data()) + at,
                                             block.size() - at, 1);
    if (used < 0) return fail(Code::data_loss, "the header block is no HPACK (RFC 7541)");
    at += static_cast<std::size_t>(used);
    if (flags & NGHTTP2_HD_INFLATE_EMIT) {
      fields.push_back(
          {text_of(found.name, found.namelen), text_of(found.value, found.valuelen), at - begun});
      begun = at;
    }
    if (flags & NGHTTP2_HD_INFLATE_FINAL) break;
    if (used == 0 && !(flags & NGHTTP2_HD_INFLATE_EMIT))
      return fail(Code::data_loss, "the header block ends within a field");
  }
  nghttp2_hd_inflate_end_headers(impl_->inflater);
  return fields;
}

}  // namespace parley::net
