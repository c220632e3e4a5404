#include "host/isa.h"

#include <cstdlib>

#include "host/args.h"
#include "linnet/linnet.h"

namespace linnet::host {
namespace {

struct Isa {
  const char* name;
  uint32_t features;
};

constexpr Isa kIsas[] = {
    {"scalar", LINNET_CPU_PORTABLE},
    {"neon", LINNET_CPU_NEON},
    {"dotprod", LINNET_CPU_NEON | LINNET_CPU_DOTPROD},
    {"i8mm", LINNET_CPU_NEON | LINNET_CPU_DOTPROD | LINNET_CPU_I8MM},
    {"avx2", LINNET_CPU_AVX2},
    {"avxvnni", LINNET_CPU_AVX2 | LINNET_CPU_AVX_VNNI},
    {"avx512", LINNET_CPU_AVX2 | LINNET_CPU_AVX512},
    {"avx512vnni", LINNET_CPU_AVX2 | LINNET_CPU_AVX512 | LINNET_CPU_AVX512_VNNI},
};

bool is_available(const Isa& isa, uint32_t available) {
  return (isa.features & ~(available | LINNET_CPU_PORTABLE)) == 0;
}

}  // namespace

uint32_t cpu_features_of(const std::string& isa, uint32_t available) {
  std::string usable;
  for (const Isa& candidate : kIsas) {
    if (!is_available(candidate, available)) continue;
    if (isa == candidate.name) return candidate.features;
    if (!usable.empty()) usable += ", ";
    usable += candidate.name;
  }
  for (const Isa& candidate : kIsas) {
    if (isa == candidate.name) {
      throw UsageError("LINNET_ISA: this CPU lacks " + isa + "; it has " + usable);
    }
  }
  throw UsageError("LINNET_ISA: expected one of " + usable + ", found '" + isa + "'");
}

uint32_t cpu_features_from_environment() {
  const char* isa = std::getenv("LINNET_ISA");
  return isa == nullptr || *isa == 0 ? 0 : cpu_features_of(isa, linnet_cpu_features());
}

uint32_t usable_cpu_features(uint32_t mask) {
  return mask == 0 ? linnet_cpu_features() : mask & linnet_cpu_features();
}

std::string cpu_feature_names(uint32_t features) {
  struct Name {
    uint32_t feature;
    const char* name;
  };
  constexpr Name kNames[] = {
      {LINNET_CPU_NEON, "neon"},        {LINNET_CPU_DOTPROD, "dotprod"},
      {LINNET_CPU_I8MM, "i8mm"},        {LINNET_CPU_FP16, "fp16"},
      {LINNET_CPU_AVX2, "avx2"},        {LINNET_CPU_AVX512, "avx512"},
      {LINNET_CPU_AVX_VNNI, "avxvnni"}, {LINNET_CPU_AVX512_VNNI, "avx512vnni"}};
  std::string text;
  for (const Name& name : kNames) {
    if ((features & name.feature) == 0) continue;
    if (!text.empty()) text += ' ';
    text += name.name;
  }
  return text.empty() ? "scalar" : text;
}

}  // namespace linnet::host
