#include "tools/amalgamate/prelude.h"

#include <stdexcept>

namespace linnet::amalgamate {
namespace {

struct Isa {
  const char* name;
  const char* macro;      // LINNET_ISA_<this> says whether there is something to compile
  const char* arguments;  // of the target attribute of both compilers
  const char* for_gcc;    // more for GCC
  const char* already;    // a macro of the compiler's: its command line asks for it anyway
};

constexpr Isa kIsas[] = {
    {"neon", "NEON", nullptr, "", nullptr},  // part of AArch64; ARMv7 below
    {"dotprod", "DOTPROD", "arch=armv8.2-a+dotprod", "", "__ARM_FEATURE_DOTPROD"},
    {"i8mm", "I8MM", "arch=armv8.2-a+i8mm", "", "__ARM_FEATURE_MATMUL_INT8"},
    {"avx2", "AVX2", "avx2,fma", "", nullptr},
    {"avxvnni", "AVXVNNI", "avx2,fma,avxvnni", "", nullptr},
    {"avx512", "AVX512", "avx512f,avx512bw,avx512vl,avx512dq,fma", ",prefer-vector-width=512",
     nullptr},
    {"avx512vnni", "AVX512VNNI", "avx512f,avx512bw,avx512vl,avx512dq,fma,avx512vnni",
     ",prefer-vector-width=512", nullptr},
};

const Isa* find(const std::string& name) {
  for (const Isa& isa : kIsas) {
    if (name == isa.name) return &isa;
  }
  return nullptr;
}

const Isa& get(const std::string& name) {
  const Isa* isa = find(name);
  if (isa == nullptr) throw std::runtime_error("unknown instruction set " + name);
  return *isa;
}

constexpr const char* kComment = R"(
// Generated, do not edit. C++17, GCC or Clang; no compiler option is needed.

// What the compiler cannot be asked for unless its command line says so: Clang's headers lacked
// these intrinsics before version 16, and those of NEON on 32-bit ARM still do.
#if defined(__clang__) && defined(__aarch64__) && __clang_major__ < 16
#if !defined(__ARM_FEATURE_DOTPROD)
#define LINNET_NO_DOTPROD 1
#endif
#if !defined(__ARM_FEATURE_MATMUL_INT8)
#define LINNET_NO_I8MM 1
#endif
#endif
#if defined(__arm__) && (!defined(__ARM_FP) || (defined(__clang__) && !defined(__ARM_NEON)))
#define LINNET_NO_NEON 1
#endif

)";

// Results differ in their last bits from those of the library elsewhere if products are fused with
// sums; GCC has no standard way to say so.
constexpr const char* kFloats = R"(
#if defined(__clang__)
#pragma clang fp contract(off)
// Not every file uses all that its headers declare.
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-const-variable"
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off", "no-math-errno")
#endif

)";

constexpr const char* kArmv7 = R"(
#if LINNET_TARGET_ARMV7 && !defined(__clang__) && !defined(__ARM_FEATURE_FMA)
#pragma GCC target("fpu=neon-vfpv4")
#endif
)";

// GCC looks at its command line before it warns that vectors are passed in another way than without
// AVX; no file passes any to another. GCC bug 105593: its AVX-512 intrinsics warn.
constexpr const char* kX86Warnings = R"(
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
)";

// `if` for Clang, unless the option is given; Clang takes the attribute for functions, after its
// own headers.
std::string clang_condition(const Isa& isa) {
  std::string condition = "#if defined(__clang__)";
  if (isa.already != nullptr) condition += std::string(" && !defined(") + isa.already + ")";
  return condition + '\n';
}

}  // namespace

bool is_isa(const std::string& name) {
  return find(name) != nullptr;
}

std::string unit_comment(const std::string& isa) {
  return "// Linnet, amalgamated: " +
         (isa.empty() ? std::string("everything that runs on any CPU.")
                      : "kernels for " + isa + "; nothing on other targets.") +
         kComment;
}

std::string begin_unit(const std::string& isa) {
  if (isa.empty()) return kFloats;
  const Isa& row = get(isa);
  std::string out = std::string("\n#if LINNET_ISA_") + row.macro + "\n";
  if (row.arguments == nullptr) {
    out += kArmv7;
  } else {
    out += std::string("#if !defined(__clang__)") +
           (row.already != nullptr ? std::string(" && !defined(") + row.already + ")" : "") +
           "\n#pragma GCC target(\"" + row.arguments + row.for_gcc + "\")\n#endif\n";
  }
  if (isa.starts_with("avx")) out += kX86Warnings;
  return out + kFloats;
}

std::string begin_code(const std::string& isa) {
  if (isa.empty() || get(isa).arguments == nullptr) return "";
  return clang_condition(get(isa)) + "#pragma clang attribute push(__attribute__((target(\"" +
         get(isa).arguments + "\"))), apply_to = function)\n#endif\n";
}

std::string end_unit(const std::string& isa) {
  if (isa.empty()) return "";
  std::string out = "\n";
  if (get(isa).arguments != nullptr) {
    out += clang_condition(get(isa)) + "#pragma clang attribute pop\n#endif\n";
  }
  return out + "#endif  // LINNET_ISA_" + get(isa).macro + '\n';
}

}  // namespace linnet::amalgamate
