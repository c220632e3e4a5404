// Small detectors for tests, the same bytes on every machine.
#pragma once

#include "tests/support/model_builder.h"

namespace linnet::test {

// The smallest detector that the verifier accepts: a 1x1 convolution of stride 8 and two
// pools of stride 2, one class, one anchor a cell. docs/format.md walks through its bytes.
ModelBuilder tiny_model();

// A detector with every operator, every activation, views of several segments, upsampled reads, a
// buffer updated in place and more than one output segment. Three classes, three anchors a cell,
// native size 64x64.
ModelBuilder every_op_model();

// Every int8 operator, on 64x64 and other multiples of 32. Three heads of strides 8 to 32.
ModelBuilder int8_model();

}  // namespace linnet::test
