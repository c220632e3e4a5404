// What the user is told: costs of layers, the choice of auto-mixed, the report.
#include "converter/quantize/report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "converter/error.h"
#include "host/json_reader.h"
#include "tests/quantize/small_network.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {
namespace {

using namespace converter;

class Quantized : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<host::Image> pictures = made_up_pictures(4, 64, 7);
    for (size_t i = 0; i < pictures.size(); ++i) {
      options_.pictures.push_back(folder_ / (std::to_string(i) + ".ppm"));
      host::write_image(options_.pictures.back(), pictures[i]);
    }
    options_.report = true;
  }

  Conversion run(uint32_t seed = 2) const {
    ConvertOptions options;
    options.int8 = options_;
    return convert(shuffle_detector(seed), options);
  }
  std::string message() const {
    try {
      run();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  Int8Options options_;
};

TEST_F(Quantized, LayersAreMeasured) {
  const QuantizationReport report = *run().report;
  EXPECT_EQ(report.calibration_pictures, 4u);
  EXPECT_GT(report.error.cells, 0);
  EXPECT_LT(report.error.score, 0.1);
  double work = 0, noise = 0;
  int heads = 0;
  for (const LayerReport& row : report.layers) {
    SCOPED_TRACE(row.layer.name);
    EXPECT_GT(row.quality.snr_db, 15);
    EXPECT_GT(row.quality.cosine, 0.98);
    EXPECT_LE(row.quality.cosine, 1 + 1e-9);
    EXPECT_LT(row.quality.saturated, 0.05);
    EXPECT_LE(row.quality.bits, 8);
    if (row.quality.measured) {
      EXPECT_GT(row.quality.bits, 3);
      EXPECT_LT(row.quality.chosen.low, row.quality.chosen.high);
    }
    EXPECT_EQ(row.cost.alone.cells > 0, row.layer.computes && row.layer.can_be_int8);
    work += row.cost.work_share;
    noise += row.cost.alone.noise;
    heads += row.head_stride != 0;
  }
  EXPECT_NEAR(work, 1, 1e-9);
  EXPECT_EQ(heads, 3);
  // Noise of single layers adds up to about that of all; each counts the rounding of its input too.
  EXPECT_GT(noise, 0.5 * report.error.noise);
  EXPECT_LT(noise, 6 * report.error.noise);
}

TEST_F(Quantized, NarrowRangesShowAsSaturation) {
  const SmallNetwork network(shuffle_detector(2));
  std::vector<host::Image> brighter = made_up_pictures(1, 64, 9);
  for (uint8_t& value : brighter[0].rgb) value = value < 128 ? 0 : 255;
  const auto quality = [&](const std::vector<const host::Image*>& pictures) {
    return measure_layers(network.graph(), network.input(), network.layers(),
                          quantize_program(network.input(), network.all_steps(false)), pictures, {},
                          {});
  };
  const double before = quality({&network.pictures()[0]})[0].saturated;
  EXPECT_GT(quality({&brighter[0]})[0].saturated, before);
}

TEST_F(Quantized, AutoMixedMeetsItsBudgetWithTheFewestLayers) {
  const double all_int8 = run().report->error.score;
  options_.auto_mixed = 2 * all_int8;
  EXPECT_TRUE(run().report->mixed->kept.empty());
  options_.auto_mixed = 0.7 * all_int8;
  const Conversion mixed = run();
  const MixedChoice& choice = *mixed.report->mixed;
  EXPECT_TRUE(choice.met);
  ASSERT_FALSE(choice.kept.empty());
  EXPECT_LT(choice.kept.size(), mixed.report->layers.size());
  EXPECT_LE(choice.after.score, *options_.auto_mixed);
  EXPECT_NEAR(choice.after.score, mixed.report->error.score, 1e-12) << "of the same pictures";
  const std::string summary = mixed_summary(*mixed.report);
  for (const size_t i : choice.kept) {
    const LayerReport& row = mixed.report->layers[i];
    EXPECT_FALSE(row.quality.int8);
    EXPECT_NE(summary.find("float: " + row.layer.name), std::string::npos);
  }
  // No kept layer can be given back.
  options_.auto_mixed.reset();
  for (const size_t left_out : choice.kept) {
    options_.keep_float.clear();
    for (const size_t i : choice.kept) {
      if (i != left_out) options_.keep_float.push_back(mixed.report->layers[i].layer.name);
    }
    if (!options_.keep_float.empty()) {
      EXPECT_GT(run().report->error.score, 0.7 * all_int8);
    }
  }
}

TEST_F(Quantized, ABudgetOfZeroKeepsAllThatCosts) {
  options_.auto_mixed = 0;
  const Conversion floats = run();
  EXPECT_TRUE(floats.report->mixed->met);
  EXPECT_LT(floats.report->error.score, 1e-6);
}

TEST_F(Quantized, JsonHoldsTheFigures) {
  options_.auto_mixed = 0.001;
  const QuantizationReport report = *run().report;
  const host::JsonValue json = host::parse_json(report_json(report));
  EXPECT_EQ(json["model"].string(), "test");
  EXPECT_EQ(json["options"]["method"].string(), "mse");
  EXPECT_NEAR(json["error"]["score"].number(), report.error.score, 1e-6);
  ASSERT_EQ(json["layers"].array().size(), report.layers.size());
  const host::JsonValue& first = json["layers"].array()[0];
  EXPECT_EQ(first["name"].string(), report.layers[0].layer.name);
  EXPECT_EQ(first["op"].string(), "conv2d");
  EXPECT_EQ(first["shape"].array()[2].number(), 8);
  EXPECT_EQ(json["auto_mixed"]["kept"].array().size(), report.mixed->kept.size());
}

TEST_F(Quantized, PageNamesEveryLayerAndLoadsNothing) {
  QuantizationReport report = *run().report;
  report.layers[0].layer.name = "<script>&";
  const std::string html = report_html(report);
  for (const LayerReport& row : report.layers) {
    const bool renamed = &row == report.layers.data();
    EXPECT_TRUE(renamed || html.find(row.layer.name) != std::string::npos) << row.layer.name;
  }
  EXPECT_NE(html.find("&lt;script&gt;&amp;"), std::string::npos);
  for (const char* loads : {"http", "src=", "href="})
    EXPECT_EQ(html.find(loads), std::string::npos);
}

TEST_F(Quantized, SameBytesTwiceAndForAnyThreads) {
  options_.auto_mixed = 0.001;
  const Conversion once = run();
  options_.threads = 2;
  const Conversion again = run();
  EXPECT_EQ(once.file, again.file);
  EXPECT_EQ(report_json(*once.report), report_json(*again.report));
  EXPECT_EQ(report_html(*once.report), report_html(*again.report));
}

TEST_F(Quantized, KeepFloatTakesNamesAndPartsOfNames) {
  options_.report = false;
  options_.keep_float = {"conv0"};
  const auto kept = [&] {
    std::vector<std::string> names;
    const Conversion done = run();
    for (const LayerReport& row : done.report->layers) {
      if (row.kept_by_user) names.push_back(row.layer.name);
    }
    return names;
  };
  EXPECT_EQ(kept(), std::vector<std::string>{"conv0"});
  options_.keep_float = {"conv"};
  EXPECT_GT(kept().size(), 5u);
}

TEST_F(Quantized, AnUnknownLayerIsAnErrorWithNearNames) {
  options_.keep_float = {"cnov0"};
  const std::string text = message();
  EXPECT_NE(text.find("--keep-float: expected (a part of) the name of a layer, found 'cnov0'; the "
                      "nearest are 'conv0'"),
            std::string::npos)
      << text;
}

TEST_F(Quantized, AnUnreadablePictureIsNamed) {
  options_.pictures[1] = folder_ / "missing.jpg";
  EXPECT_NE(message().find("missing.jpg"), std::string::npos);
}

TEST_F(Quantized, ProgressGoesForward) {
  options_.auto_mixed = 0.001;
  std::string last_work;
  size_t last = 0;
  std::vector<std::string> works;
  options_.progress = [&](const char* work, size_t done, size_t total) {
    EXPECT_LE(done, total);
    if (work != last_work) {
      works.push_back(work);
      last = 0;
    }
    EXPECT_GE(done, last);
    last_work = work;
    last = done;
  };
  run();
  EXPECT_EQ(works,
            (std::vector<std::string>{"calibration", "sensitivity", "auto-mixed", "layers"}));
}

TEST(HeadErrors, SameHeadsAreExact) {
  const SmallNetwork network(shuffle_detector(1));
  ProgramRun run(network.graph(), network.input().split.program, {});
  run.run(network.pictures()[0]);
  HeadValues heads = run.heads();
  HeadComparison same(network.graph());
  same.add(heads, heads);
  EXPECT_EQ(same.result().score, 0);
  EXPECT_NEAR(same.result().box, 0, 1e-12);
  EXPECT_TRUE(std::isinf(same.result().snr_db));
  EXPECT_GT(same.result().cells, 0);
  HeadValues other = heads;
  for (float& logit : other[0]) logit += 0.5f;
  HeadComparison off(network.graph());
  off.add(heads, other);
  EXPECT_GT(off.result().score, 0.001);
  EXPECT_GT(off.result().box, 0.001);
}

}  // namespace
}  // namespace linnet::test
