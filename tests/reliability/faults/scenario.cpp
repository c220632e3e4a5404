#include "tests/reliability/faults/scenario.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "host/file.h"
#include "host/html.h"
#include "host/image.h"
#include "host/npy.h"
#include "tests/ncnn/ncnn_files.h"
#include "tests/reliability/faults/process.h"

namespace linnet::test {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> kPrograms = {
    {"$convert", LINNET_CONVERT}, {"$detect", LINNET_DETECT}, {"$bench", LINNET_BENCH}};

std::vector<Scenario> converter_scenarios() {
  return {
      {.name = "convert_onnx",
       .words = {"$convert", "@demo.onnx", "--names", "@classes.txt", "-o", "m.lnt"},
       .outputs = {{"m.lnt", ""}}},
      {.name = "convert_ncnn", .words = {"$convert", "@net.param"}, .outputs = {{"net.lnt", ""}}},
      {.name = "convert_pt",
       .words = {"$convert", "@demo.pt", "-o", "m.lnt", "--no-winograd"},
       .outputs = {{"m.lnt", ""}}},
      {.name = "convert_int8",
       .words = {"$convert", "@net.param", "--int8", "--calibrate", "@pictures", "--threads", "2",
                 "--report", "r.json", "-o", "m.lnt"},
       .outputs = {{"m.lnt", ""}, {"r.json", ""}}},
      {.name = "convert_int8_mixed",
       .words = {"$convert", "@net.param", "--int8", "--calibrate", "@pictures", "--auto-mixed",
                 "0.001", "--report", "r.html", "-o", "m.lnt"},
       .outputs = {{"m.lnt", ""}, {"r.html", ""}}},
      {.name = "convert_int8_demo",
       .words = {"$convert", "@demo.onnx", "--int8", "--calibrate", "@pictures", "-o", "m.lnt"},
       .outputs = {{"m.lnt", ""}},
       .quick_attempts = 10},
      {.name = "emit_c",
       .words = {"$convert", "--emit-c", "@net.lnt", "-o", "m"},
       .outputs = {{"m.c", ""}, {"m.h", ""}}},
      {.name = "inspect", .words = {"$convert", "--inspect", "@net.lnt"}},
      {.name = "inspect_json", .words = {"$convert", "--inspect", "@net.lnt", "--json"}},
      {.name = "ops", .words = {"$convert", "--ops", "@net.lnt"}},
  };
}

std::vector<Scenario> detector_scenarios() {
  return {
      {.name = "detect_save",
       .words = {"$detect", "@demo.lnt", "@pictures/b.png", "--save", "o.png", "--json", "r.json",
                 "--heads", "h"},
       .outputs =
           {{"o.png", ""}, {"r.json", "", "[]\n"}, {"h0.npy", ""}, {"h1.npy", ""}, {"h2.npy", ""}},
       .max_error_lines = 2},
      {.name = "detect_folder",
       .words = {"$detect", "@demo.lnt", "@pictures", "--save", "o", "--json", "--threads", "2"},
       .outputs = {{"o/a.png", ""}, {"o/b.png", ""}},
       .max_error_lines = 3},
      {.name = "detect_pattern",
       .words = {"$detect", "@demo.lnt", "@pictures/*.p?m", "--save", "o.ppm"},
       .outputs = {{"o.ppm", ""}}},
      {.name = "detect_tensor",
       .words = {"$detect", "@net.lnt", "--input", "@tensor.npy", "--save", "o.bmp"},
       .outputs = {{"o.bmp", ""}}},
  };
}

std::vector<Scenario> bench_scenarios() {
  return {
      {.name = "bench",
       .words = {"$bench", "--model", "@net.lnt", "--runs", "2", "--warmup", "0", "--threads", "2",
                 "--format", "json", "--out", "b.json", "--html", "b.html", "--input",
                 "@pictures/a.ppm"},
       .outputs = {{"b.json", "}\n"}, {"b.html", host::kHtmlEnd}},
       .quick_attempts = 40},
      {.name = "bench_profile",
       .words = {"$bench", "--model", "@net.lnt", "--runs", "2", "--warmup", "0", "--threads", "2",
                 "--profile"},
       .prints_times = true,
       .quick_attempts = 30},
      {.name = "bench_compare",
       .words = {"$bench", "--model", "@net.lnt", "--runs", "2", "--warmup", "0", "--threads", "1",
                 "--compare", "@old.json"},
       .prints_times = true},
      {.name = "bench_accuracy",
       .words = {"$bench", "accuracy", "--model", "@demo.lnt", "--images", "@pictures", "--labels",
                 "yolo", "--threads", "2", "--html", "a.html", "--out", "a.txt",
                 "--save-detections", "d.json"},
       // A picture that cannot be read again is grey in the page.
       .outputs = {{"a.html", host::kHtmlEnd}, {"a.txt", ""}, {"d.json", ""}},
       .quick_attempts = 40},
      {.name = "bench_detections",
       .words = {"$bench", "accuracy", "--detections", "@detections.json", "--annotations",
                 "@annotations.json", "--threads", "1", "--format", "json"}},
  };
}

void write(const std::string& path, const std::string& text) {
  host::write_text_atomically(path, text);
}

// Of every `step`-th pixel.
host::Image shrunk(const host::Image& image, int step) {
  host::Image small(image.width / step, image.height / step);
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      std::copy_n(image.rgb.begin() + 3 * (y * step * image.width + x * step), 3,
                  small.rgb.begin() + 3 * (y * small.width + x));
    }
  }
  return small;
}

void make_pictures(const std::string& folder) {
  fs::create_directory(folder + "/pictures");
  const host::Image demo =
      host::read_image(std::string(LINNET_SOURCE_DIR) + "/model/demo/pictures/demo.ppm");
  host::write_image(folder + "/pictures/a.ppm", shrunk(demo, 3));
  host::write_image(folder + "/pictures/b.png", shrunk(demo, 2));
  write(folder + "/pictures/a.txt", "0 0.5 0.5 0.2 0.3\n4 0.9 0.5 0.2 0.2\n");
  const std::vector<float> values(3 * 64 * 64, 0.5f);
  host::write_npy(folder + "/tensor.npy", {1, 3, 64, 64}, values.data());
}

void make_coco(const std::string& folder) {
  write(folder + "/annotations.json",
        R"({"images": [{"id": 7, "file_name": "b.jpg", "width": 64, "height": 48}],
            "categories": [{"id": 90, "name": "cat"}, {"id": 2, "name": "dog"}],
            "annotations": [{"id": 1, "image_id": 7, "category_id": 90, "bbox": [1, 2, 30, 40],
                             "area": 500, "iscrowd": 0}]})");
  write(folder + "/detections.json",
        R"([{"image_id": 7, "category_id": 90, "bbox": [1, 2, 30, 39], "score": 0.9},
            {"image_id": 7, "category_id": 2, "bbox": [5, 5, 9, 9], "score": 0.3}])");
}

// A run without faults.
void must_run(const std::string& folder, const std::vector<std::string>& words) {
  const Outcome outcome = run({.words = words,
                               .folder = folder,
                               .out = folder + "/.out",
                               .err = folder + "/.err",
                               .environment = {}});
  if (outcome.status != 0) throw std::runtime_error("cannot make the inputs: " + words[0]);
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> list;
    for (const auto& part : {converter_scenarios(), detector_scenarios(), bench_scenarios()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

void make_inputs(const Scenario& scenario, const std::string& folder) {
  const fs::path demo = fs::path(LINNET_SOURCE_DIR) / "model/demo";
  for (const char* const name : {"demo.onnx", "demo.pt", "classes.txt"}) {
    fs::copy_file(demo / name, fs::path(folder) / name);
  }
  const NcnnFiles net = detector(8, [](NcnnFiles* files) { files->conv("x", "y", 8, 8, 3); });
  write(folder + "/net.param", net.param());
  host::write_file_atomically(folder + "/net.bin", net.bin());
  make_pictures(folder);
  make_coco(folder);
  const auto wanted = [&](const char* name) {
    return std::count(scenario.words.begin(), scenario.words.end(), name) != 0;
  };
  must_run(folder, {LINNET_CONVERT, "net.param"});
  if (wanted("@demo.lnt")) {
    must_run(folder, {LINNET_CONVERT, "demo.onnx", "--names", "classes.txt"});
  }
  if (wanted("@old.json")) {
    must_run(folder, {LINNET_BENCH, "--model", "net.lnt", "--runs", "2", "--threads", "1",
                      "--format", "json", "--out", "old.json"});
  }
}

std::vector<std::string> words_of(const Scenario& scenario, const std::string& inputs) {
  std::vector<std::string> words;
  for (const std::string& word : scenario.words) {
    if (word[0] == '$') {
      words.push_back(kPrograms.at(word));
    } else {
      words.push_back(word[0] == '@' ? inputs + "/" + word.substr(1) : word);
    }
  }
  return words;
}

}  // namespace linnet::test
