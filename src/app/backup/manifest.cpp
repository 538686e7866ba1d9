#include "backup/manifest.hpp"

template <>
const parley::TypeInfo& parley::describe<parley::app::BackedUpDatabase>() {
  using D = parley::app::BackedUpDatabase;
  static constexpr Row rows[] = {
      field<&D::name>("name", length(1, 40)),
      field<&D::file>("file", length(1, 60)),
      field<&D::schema_version>("schema_version", range(0, 1'000'000)),
      field<&D::bytes>("bytes", range(512, std::int64_t(1) << 46)),
      field<&D::sha256>("sha256", pattern("[0-9a-f]{64}", "64 hexadecimal digits")),
  };
  static const TypeInfo type = object<D>("BackedUpDatabase", rows);
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::app::Manifest>() {
  using parley::app::Manifest;
  static constexpr Row rows[] = {
      field<&Manifest::format>("format", range(1, 1'000'000)),
      field<&Manifest::parley>("parley", length(1, 40)),
      field<&Manifest::sqlite>("sqlite", length(1, 40)),
      field<&Manifest::created_at>("created_at"),
      field<&Manifest::databases>("databases", items(1, 100)),
  };
  static const TypeInfo type = object<Manifest>("Manifest", rows);
  return type;
}
