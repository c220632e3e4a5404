// Average precision and recall of cases whose figures can be worked out by hand.
#include <gtest/gtest.h>

#include <random>

#include "bench/accuracy/class_map.h"
#include "bench/accuracy/confusion.h"
#include "bench/accuracy/parallel.h"
#include "bench/accuracy/worst.h"
#include "tests/bench/accuracy_cases.h"

namespace linnet::test {
namespace {

using namespace bench::accuracy;

constexpr Box kLarge{0, 0, 100, 100}, kFar{300, 0, 100, 100}, kSmall{200, 200, 20, 20};
// Precision 1 up to a recall of 0.5, then `rest`.
constexpr double half_then(double rest) {
  return (51 + 50 * rest) / 101;
}

TEST(Accuracy, ThresholdsAreThoseOfNumpy) {
  EXPECT_EQ(iou_threshold(0), 0.5);
  EXPECT_EQ(iou_threshold(2), 0.6);
  EXPECT_EQ(iou_threshold(5), 0.75);
  EXPECT_EQ(iou_threshold(9), 0.95);
  EXPECT_EQ(recall_point(100), 1.0);
}

TEST(Accuracy, OverlapOfBoxes) {
  EXPECT_EQ(overlap(kLarge, kLarge, false), 1);
  EXPECT_EQ(overlap(kLarge, kFar, false), 0);
  EXPECT_EQ(overlap({0, 0, 100, 100}, {100, 0, 100, 100}, false), 0) << "they only touch";
  EXPECT_EQ(overlap({0, 0, 100, 50}, {0, 0, 100, 100}, false), 0.5);
  EXPECT_EQ(overlap({0, 0, 100, 50}, {0, 0, 100, 100}, true), 1) << "all of it is in the crowd";
}

TEST(Accuracy, Perfect) {
  const Case c = Case(2, 2).is(kLarge).is(kLarge, 1, 1).found(kLarge, 0.5).found(kLarge, 0.4, 1, 1);
  for (const char* key : {"AP", "AP50", "AP75", "APl", "AR1", "AR10", "AR100", "ARl"}) {
    EXPECT_DOUBLE_EQ(c.figure(key), 1) << key;
  }
  for (const char* key : {"APs", "APm", "ARs", "ARm"}) {
    EXPECT_EQ(c.figure(key), -1) << key << ": there are no such objects";
  }
}

TEST(Accuracy, NothingFoundAndNothingThere) {
  EXPECT_EQ(Case().is(kLarge).figure("AP"), 0);
  EXPECT_EQ(Case().is(kLarge).figure("AR100"), 0);
  EXPECT_EQ(Case().found(kLarge, 0.9).figure("AP"), -1);
  EXPECT_EQ(Case().figure("AP"), -1);
}

TEST(Accuracy, CategoriesWithoutAnObjectDoNotCount) {
  const Case c = Case(1, 2).is(kLarge).found(kLarge, 0.5).found(kFar, 0.9, 0, 1);
  EXPECT_DOUBLE_EQ(c.figure("AP"), 1);
  EXPECT_EQ(figures_of({&c.evaluation().categories[1], 1})[kAp], -1);
}

TEST(Accuracy, PrecisionIsTheBestAtThisRecallOrAbove) {
  // right, wrong, right
  const Case c = Case().is(kLarge).is(kFar).found(kLarge, 0.9).found(kSmall, 0.8).found(kFar, 0.7);
  EXPECT_NEAR(c.figure("AP"), half_then(2.0 / 3), 1e-12);
  EXPECT_DOUBLE_EQ(c.figure("AR100"), 1);
  EXPECT_DOUBLE_EQ(c.figure("AR1"), 0.5);
}

TEST(Accuracy, AnObjectIsFoundOnce) {
  const Case c = Case().is(kLarge).is(kFar).found(kLarge, 0.9).found(kLarge, 0.8).found(kFar, 0.7);
  EXPECT_NEAR(c.figure("AP"), half_then(2.0 / 3), 1e-12);
}

TEST(Accuracy, AnIouOfTheThresholdPasses) {
  // IoU 0.75: 6 of the 10 thresholds.
  EXPECT_DOUBLE_EQ(Case().is(kLarge).found({0, 0, 100, 75}, 1).figure("AP"), 0.6);
  EXPECT_DOUBLE_EQ(Case().is(kLarge).found({0, 0, 100, 75}, 1).figure("AP75"), 1);
  EXPECT_DOUBLE_EQ(Case().is(kLarge).found({0, 0, 100, 60}, 1).figure("AP"), 0.3);
  EXPECT_DOUBLE_EQ(Case().is(kLarge).found({0, 0, 100, 49}, 1).figure("AP50"), 0);
}

TEST(Accuracy, TheLargerOverlapIsChosenAndTheNextGetsTheOther) {
  const Box second{0, 0, 100, 80};
  const Case c = Case().is(kLarge).is(second).found(second, 0.9).found(kLarge, 0.8);
  EXPECT_DOUBLE_EQ(c.figure("AP"), 1);
}

TEST(Accuracy, CrowdsCountNeitherWay) {
  Case c = Case().is(kLarge).crowd(kFar);
  c.found({300, 0, 50, 50}, 0.9).found({350, 50, 50, 50}, 0.8).found({300, 50, 20, 20}, 0.7);
  c.found(kLarge, 0.6);
  EXPECT_DOUBLE_EQ(c.figure("AP"), 1);
  EXPECT_DOUBLE_EQ(c.figure("AR1"), 0) << "but they take places";
  EXPECT_DOUBLE_EQ(c.figure("AR10"), 1);
  EXPECT_EQ(Case().crowd(kLarge).found(kLarge, 0.9).figure("AP"), -1);
}

TEST(Accuracy, AnObjectComesBeforeACrowdThatOverlapsMore) {
  const Box found{0, 0, 100, 75};  // inside of the crowd; IoU 0.75 with the object
  const Case c = Case().crowd(kLarge).is(kLarge).found(found, 0.9);
  EXPECT_DOUBLE_EQ(c.figure("AP50"), 1);
  EXPECT_DOUBLE_EQ(c.figure("AR100"), 0.6);
}

TEST(Accuracy, AreaRanges) {
  // A large detection that is wrong does not count for small objects.
  const Case wrong = Case().is(kSmall).found(kLarge, 0.9).found(kSmall, 0.8);
  EXPECT_DOUBLE_EQ(wrong.figure("AP"), 0.5);
  EXPECT_DOUBLE_EQ(wrong.figure("APs"), 1);
  EXPECT_EQ(wrong.figure("APl"), -1);
  // Nor does one that found a large object.
  const Case right = Case().is(kSmall).is(kLarge).found(kLarge, 0.9).found(kSmall, 0.8);
  EXPECT_DOUBLE_EQ(right.figure("APs"), 1);
  EXPECT_DOUBLE_EQ(right.figure("ARl"), 1);
  // Both ends belong to a range: 32x32 is small and medium.
  const Case edge = Case().is({0, 0, 32, 32}).found({0, 0, 32, 32}, 0.9);
  EXPECT_DOUBLE_EQ(edge.figure("APs"), 1);
  EXPECT_DOUBLE_EQ(edge.figure("APm"), 1);
  EXPECT_EQ(edge.figure("APl"), -1);
}

TEST(Accuracy, TheAreaOfAnObjectIsItsOwn) {
  Case c = Case().is(kLarge).found(kLarge, 0.9);
  c.data.truths[0].area = 900;  // a thin thing in a large box
  EXPECT_DOUBLE_EQ(c.figure("APs"), 1);
  EXPECT_EQ(c.figure("APl"), -1);
}

TEST(Accuracy, TiesStayInTheOrderOfThePictures) {
  const Case wrong_first = Case(2).is(kLarge, 1).found(kLarge, 0.5, 1).found(kLarge, 0.5, 0);
  EXPECT_DOUBLE_EQ(wrong_first.figure("AP"), 0.5);
  const Case right_first = Case(2).is(kLarge, 0).found(kLarge, 0.5, 1).found(kLarge, 0.5, 0);
  EXPECT_DOUBLE_EQ(right_first.figure("AP"), 1);
  // In one picture: in the order given.
  EXPECT_DOUBLE_EQ(Case().is(kLarge).found(kFar, 0.5).found(kLarge, 0.5).figure("AP"), 0.5);
}

TEST(Accuracy, LimitsOfDetections) {
  const auto after = [](int wrong) {
    Case c = Case().is(kLarge);
    for (int i = 0; i < wrong; ++i) c.found(kFar, 0.9);
    return c.found(kLarge, 0.1);
  };
  EXPECT_EQ(after(0).figure("AR1"), 1);
  EXPECT_EQ(after(1).figure("AR1"), 0);
  EXPECT_EQ(after(9).figure("AR10"), 1);
  EXPECT_EQ(after(10).figure("AR10"), 0);
  EXPECT_EQ(after(99).figure("AR100"), 1);
  EXPECT_EQ(after(100).figure("AR100"), 0);
  EXPECT_EQ(after(100).figure("AP"), 0);
}

TEST(Accuracy, ThreadsDoNotChangeAnything) {
  std::mt19937 random(1);
  Case c(30, 7);
  const auto below = [&random](unsigned n) { return static_cast<double>(random() % n); };
  for (int i = 0; i < 1500; ++i) {
    const Box box{below(50), below(50), 10 + below(100), 10 + below(100)};
    const size_t picture = random() % 30, category = random() % 7;
    if (i % 5 == 0) {
      c.is(box, picture, category);
      c.data.truths.back().crowd = random() % 9 == 0;
    } else {
      c.found(box, below(100) / 100, picture, category);
    }
  }
  const Figures one = c.evaluation(1).figures;
  EXPECT_GT(one[kAp50], 0);
  EXPECT_EQ(c.evaluation(4).figures, one);
}

TEST(AccuracyParallel, ExceptionsArriveAtTheCaller) {
  host::ThreadPool pool(3);
  EXPECT_THROW(parallel_for(&pool, 100,
                            [](size_t i, int) {
                              if (i == 7) throw std::runtime_error("7");
                            }),
               std::runtime_error);
  std::atomic<size_t> sum = 0;
  parallel_for(&pool, 100, [&](size_t i, int) { sum += i; });
  EXPECT_EQ(sum, 4950u);
}

TEST(AccuracyClasses, ByNameOrByOrder) {
  const std::vector<Category> categories = {{1, "cat"}, {5, "dog"}, {9, "cow"}};
  const ClassMap swapped = map_classes({"cow", "cat", "dog"}, categories, "m");
  EXPECT_EQ(swapped.category, (std::vector<size_t>{2, 0, 1}));
  EXPECT_EQ(swapped.rule, "by name");
  EXPECT_EQ(map_classes({"dog"}, categories, "m").category, (std::vector<size_t>{1}));
  EXPECT_EQ(map_classes({"bus", "dog", "cat", "cow"}, categories, "m").category,
            (std::vector<size_t>{kNoCategory, 1, 0, 2}));
  const ClassMap ordered = map_classes({"class0", "class1", "cat"}, categories, "m");
  EXPECT_EQ(ordered.category, (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(ordered.rule, "by order; 2 names differ");
  EXPECT_THROW(map_classes({"bus", "dog"}, categories, "m"), std::runtime_error);
  EXPECT_THROW(map_classes({"dog", "dog"}, categories, "m"), std::runtime_error);
}

TEST(AccuracyConfusion, EveryVerdict) {
  Case c = Case(1, 2).is(kLarge).is(kFar).is(kSmall, 0, 1).crowd({0, 300, 100, 100});
  c.found(kLarge, 0.9).found({0, 0, 100, 90}, 0.8);  // right, and once more
  c.found(kSmall, 0.7, 0, 0);                        // taken for the other class
  c.found({10, 310, 20, 20}, 0.6);                   // in the crowd
  c.found(kFar, 0.25);                               // not above the confidence: missed
  const auto pairings = pair_up(c.data, c.detections);
  const Tally tally = tally_of(pairings[0]);
  EXPECT_EQ(tally.right, 1u);
  EXPECT_EQ(tally.confused, 1u);
  EXPECT_EQ(tally.missed, 1u);
  EXPECT_EQ(tally.imagined, 1u);
  EXPECT_DOUBLE_EQ(tally.f1(), 1.0 / 3);
  const ConfusionMatrix matrix(c.data, c.detections, pairings);
  EXPECT_EQ(matrix.count(0, 0), 1u);
  EXPECT_EQ(matrix.count(0, 1), 1u);
  EXPECT_EQ(matrix.count(2, 0), 1u) << "missed";
  EXPECT_EQ(matrix.count(0, 2), 1u) << "imagined";
  EXPECT_EQ(matrix.truths(0), 2u);
}

TEST(AccuracyConfusion, OfTheSameOverlapTheHigherScoreWins) {
  const Case c = Case(1, 2).is(kLarge).found(kLarge, 0.9).found(kLarge, 0.8, 0, 1);
  EXPECT_EQ(tally_of(pair_up(c.data, c.detections)[0]).right, 1u);
}

TEST(AccuracyWorst, LowestF1ThenMostMistakes) {
  Case c(4);
  c.is(kLarge, 0).found(kLarge, 0.9, 0);              // no mistake
  c.is(kLarge, 1).is(kFar, 1).found(kLarge, 0.9, 1);  // F1 2/3
  c.is(kLarge, 2);                                    // F1 0
  c.is(kLarge, 3).is(kFar, 3);                        // F1 0, twice
  const auto pairings = pair_up(c.data, c.detections);
  EXPECT_EQ(worst_pictures(pairings, 10), (std::vector<size_t>{3, 2, 1}));
  EXPECT_EQ(worst_pictures(pairings, 1), (std::vector<size_t>{3}));
}

}  // namespace
}  // namespace linnet::test
