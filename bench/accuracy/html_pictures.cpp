#include <algorithm>
#include <exception>
#include <new>

#include "bench/accuracy/html_sections.h"
#include "bench/accuracy/thumbnail.h"
#include "bench/accuracy/worst.h"
#include "host/format.h"
#include "host/html.h"

namespace linnet::bench::accuracy {
namespace {

constexpr int kExtent = 640;  // of an embedded picture

struct Kind {
  const char* name;  // class of the elements and id of the checkbox
  const char* text;
  const char* colour;
};

const Kind& kind_of(Verdict verdict) {
  static constexpr Kind kRight{"right", "found", "#2fbf7f"};
  static constexpr Kind kMissed{"missed", "not found", "#ff4d4d"};
  static constexpr Kind kImagined{"imagined", "nothing is there", "#ffb000"};
  static constexpr Kind kConfused{"confused", "found as something else", "#c77dff"};
  switch (verdict) {
    case Verdict::right:
      return kRight;
    case Verdict::missed:
      return kMissed;
    case Verdict::confused:
      return kConfused;
    case Verdict::imagined:
    case Verdict::in_a_crowd:
      return kImagined;
  }
  return kImagined;
}

constexpr Verdict kVerdicts[] = {Verdict::right, Verdict::missed, Verdict::imagined,
                                 Verdict::confused};

// One picture as SVG in its own pixels.
class Drawing {
 public:
  Drawing(const Report& report, const Picture& picture)
      : report_(report),
        picture_(picture),
        unit_(std::max(picture.width, picture.height) / 640.0) {}

  std::string svg(const std::vector<Pairing>& pairs) const {
    std::string out =
        host::formatted("<svg viewBox=\"0 0 %d %d\">", picture_.width, picture_.height);
    out += background();
    for (const Pairing& pair : pairs) {
      if (pair.verdict == Verdict::in_a_crowd) continue;
      out += host::formatted("<g class=\"%s\">", kind_of(pair.verdict).name);
      if (pair.truth != SIZE_MAX) {
        const bool found = pair.detection != SIZE_MAX;
        out += frame(report_.dataset.truths[pair.truth].box, pair.verdict,
                     !found || pair.verdict == Verdict::confused, true);
      }
      if (pair.detection != SIZE_MAX) {
        out += frame(report_.subject.detections[pair.detection].box, pair.verdict, true, false);
      }
      out += label(pair) + "</g>";
    }
    return out + "</svg>";
  }

 private:
  // Grey if the picture cannot be read: the figures do not need it.
  std::string background() const {
    const std::string size =
        host::formatted("width=\"%d\" height=\"%d\"", picture_.width, picture_.height);
    if (!picture_.path.empty()) {
      try {
        return "<image " + size + " preserveAspectRatio=\"none\" href=\"" +
               data_uri(shrunk(host::read_image(picture_.path), kExtent)) + "\"/>";
      } catch (const std::bad_alloc&) {
        throw;
      } catch (const std::exception&) {
      }
    }
    return "<rect " + size + " fill=\"#4a5563\"/>";
  }

  // Objects are dashed, detections are not.
  std::string frame(const Box& box, Verdict verdict, bool strong, bool dashed) const {
    return host::formatted(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"%s\" "
        "stroke-width=\"%.1f\"%s/>",
        box.x, box.y, box.width, box.height, kind_of(verdict).colour, (strong ? 2.5 : 1.2) * unit_,
        dashed ? host::formatted(" stroke-dasharray=\"%.1f %.1f\"", 7 * unit_, 4 * unit_).c_str()
               : "");
  }

  const std::string& name(size_t category) const {
    return report_.dataset.categories[category].name;
  }

  std::string label(const Pairing& pair) const {
    const bool found = pair.detection != SIZE_MAX;
    std::string text;
    if (found) {
      const Detection& d = report_.subject.detections[pair.detection];
      text = name(d.category) + host::formatted(" %.2f", d.score);
    }
    if (pair.verdict == Verdict::missed) text = name(report_.dataset.truths[pair.truth].category);
    if (pair.verdict == Verdict::confused) {
      text += ", is " + name(report_.dataset.truths[pair.truth].category);
    }
    const Box& box = found ? report_.subject.detections[pair.detection].box
                           : report_.dataset.truths[pair.truth].box;
    const double size = 14 * unit_;
    return host::formatted(
        "<text x=\"%.1f\" y=\"%.1f\" style=\"font-size:%.1fpx;font-weight:600;fill:%s;"
        "stroke:#10151b;stroke-width:%.1fpx;paint-order:stroke;stroke-linejoin:round\">%s</text>",
        std::max(box.x, 2 * unit_), std::max(box.y - 4 * unit_, size), size,
        kind_of(pair.verdict).colour, 3.5 * unit_, host::html_escaped(text).c_str());
  }

  const Report& report_;
  const Picture& picture_;
  double unit_;
};

// Nothing can be drawn without a size: COCO files need not have one.
bool is_drawable(const Picture& picture) {
  return picture.width > 0 && picture.height > 0;
}

std::string figure(const Report& report, size_t index, const std::vector<Pairing>& pairs) {
  const Picture& picture = report.dataset.pictures[index];
  const Tally tally = tally_of(pairs);
  std::string out = "<figure>";
  if (is_drawable(picture)) out += Drawing(report, picture).svg(pairs);
  out += "<figcaption><b>" + host::html_escaped(picture.name) + "</b><br>";
  return out + host::formatted(
                   "%zu found, %zu not found, %zu found as something else, %zu where "
                   "nothing is; F1 %.2f</figcaption></figure>",
                   tally.right, tally.missed, tally.confused, tally.imagined, tally.f1());
}

}  // namespace

std::string pictures_section(const Report& report,
                             const std::vector<std::vector<Pairing>>& pairings) {
  const std::vector<size_t> worst = worst_pictures(pairings, report.worst_pictures);
  if (worst.empty()) return "";
  std::string out = host::formatted(
      "<h2>The worst pictures</h2><p class=\"muted\">Those with the lowest F1 at confidence %.2f "
      "and IoU %.2f. Dashed is what is there, solid what was found.</p>",
      kShownConfidence, kShownIou);
  for (const Verdict verdict : kVerdicts) {
    const Kind& kind = kind_of(verdict);
    out += host::formatted(
        "<input type=\"checkbox\" id=\"%s\" checked><label for=\"%s\"><i "
        "style=\"background:%s\"></i>%s</label>",
        kind.name, kind.name, kind.colour, kind.text);
  }
  out += "<div class=\"pictures\" style=\"margin-top:1em\">";
  for (const size_t index : worst) out += figure(report, index, pairings[index]);
  return out + "</div>";
}

}  // namespace linnet::bench::accuracy
