// The sections of the page, one file each.
#pragma once

#include <string>
#include <vector>

#include "bench/accuracy/confusion.h"
#include "bench/accuracy/report.h"

namespace linnet::bench::accuracy {

inline constexpr const char* kBlue = "#3a7bd5";
inline constexpr const char* kGrey = "#8794a3";

// Precision over recall at an IoU of 0.5: of all classes in one, then of each.
std::string curves_section(const Report& report);

// Who is taken for whom, and the most frequent mistakes in words.
std::string confusion_section(const Report& report,
                              const std::vector<std::vector<Pairing>>& pairings);

// The worst pictures with what is in them and what was found.
std::string pictures_section(const Report& report,
                             const std::vector<std::vector<Pairing>>& pairings);

}  // namespace linnet::bench::accuracy
