// What the amalgamation understands of C++, on a tree of a few lines. That the real one compiles
// and detects is for tests/consumers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"
#include "tools/amalgamate/names.h"
#include "tools/amalgamate/tokens.h"
#include "tools/amalgamate/unit.h"

namespace linnet::amalgamate {
namespace {

using Names = std::set<std::string>;

TEST(DeclaredNames, AreFoundByTheirKind) {
  const DeclaredNames names = declared_names(R"(
    namespace linnet {
    extern const int k_shared[];
    namespace {
    constexpr int kRows = 4;  // int kComment;
    constexpr float kTable[] = {1, 2};
    template <typename T> struct Tile { int member; };
    template <> struct Tile<int> {};
    using Bytes = const char*;
    LINNET_INLINE __attribute__((noinline)) std::pair<int, int> divide(int a) { return {a, 1}; }
    LINNET_MAKES_FUNCTIONS(a, b)
    enum class Kind { one };
    }  // namespace
    void Box::draw() {}
    void shared() { int local = 0; }
    }  // namespace linnet
    extern "C" { int c_function(void); }
  )");
  EXPECT_EQ(names.internal, (Names{"kRows", "kTable", "Tile", "Bytes", "divide", "Kind"}));
  EXPECT_EQ(names.shared, (Names{"k_shared", "shared", "c_function"}));
}

TEST(ReplaceIdentifiers, LeavesMembersTextAndComments) {
  const auto rename = [](std::string_view name) {
    return name == "run" ? std::string("run_a") : std::string(name);
  };
  EXPECT_EQ(replace_identifiers("run(a.run, p->run, n::run, \"run\", rerun); // run\n", rename),
            "run_a(a.run, p->run, n::run, \"run\", rerun); // run\n");
  EXPECT_EQ(replace_identifiers("#define X \\\n  {run}\n", rename), "#define X \\\n  {run_a}\n");
  EXPECT_EQ(replace_identifiers("a > run", rename), "a > run_a");
}

class Tree {
 public:
  void add(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string amalgamated() const {
    SourceTree tree(folder_.path().string());
    return amalgamate(tree, {"linnet.cpp", "", {"kernels/a/a.cpp", "kernels/b/b.cpp"}},
                      "#define LINNET_NO_AVX2 1\n");
  }

 private:
  test::TemporaryFolder folder_;
};

TEST(Amalgamate, KeepsWhatClashesApart) {
  Tree tree;
  tree.add("kernels/targets.h", "#pragma once\n#define LINNET_TARGET 1\n");
  tree.add("kernels/shared.h", "#pragma once\n#include <cstdint>\nint shared();\n");
  tree.add("kernels/list.inc", "ROW(1)\n");
  const char* body =
      "#include \"kernels/shared.h\"\nnamespace {\nint run() { return 1; }\nint only_%() { return "
      "2; "
      "}\n}\nint rows_%[] = {\n#include \"kernels/list.inc\"\n};\n";
  for (const std::string name : {"a", "b"}) {
    std::string text = body;
    for (size_t at; (at = text.find('%')) != std::string::npos;) text.replace(at, 1, name);
    tree.add("kernels/" + name + '/' + name + ".cpp", text);
  }
  const std::string text = tree.amalgamated();
  const auto count = [&](const std::string& part) {
    size_t n = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("int shared();"), 1u);
  EXPECT_EQ(count("#include <cstdint>"), 1u);
  EXPECT_EQ(count("ROW(1)"), 2u);
  EXPECT_EQ(count("int run_a_a() "), 1u);
  EXPECT_EQ(count("int run_b_b() "), 1u);
  EXPECT_EQ(count("int only_a() "), 1u);
  EXPECT_EQ(count("#include \"kernels"), 0u);
  EXPECT_LT(text.find("LINNET_NO_AVX2"), text.find("LINNET_TARGET"));
}

TEST(Amalgamate, UnitsFollowTheFilesNames) {
  const std::vector<Unit> units =
      divide_into_units({"kernels/a/neon.cpp", "kernels/a/a.cpp", "kernels/b/neon.cpp"});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].file_name, "linnet.cpp");
  EXPECT_EQ(units[1].file_name, "linnet_neon.cpp");
  EXPECT_EQ(units[1].sources.size(), 2u);
  EXPECT_THROW(divide_into_units({"a.cpp", "a.cpp"}), std::runtime_error);
}

}  // namespace
}  // namespace linnet::amalgamate
