// Interval arithmetic over lane operations. What is not listed is unbounded,
// which is always right.
#include "Flow/Analysis/Ranges.h"

#include "Flow/IR/FlowOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace rill;
using namespace rill::flow;

static constexpr double inf = std::numeric_limits<double>::infinity();

Range Range::all() { return {-inf, inf, true, true}; }

bool Range::excludesZero() const { return isPositive() || isNegative(); }

bool Range::contains(const Range &other) const {
  bool below = other.lo > lo || (other.lo == lo && (!openLo || other.openLo));
  bool above = other.hi < hi || (other.hi == hi && (!openHi || other.openHi));
  return below && above;
}

std::string Range::str() const {
  if (lo == -inf && hi == inf)
    return "Real";
  if (lo == 0 && openLo && hi == inf)
    return "Positive";
  if (lo == 0 && openLo && hi == 1 && openHi)
    return "Unit";
  std::string text;
  llvm::raw_string_ostream(text)
      << (openLo ? "(" : "[") << llvm::format("%g, %g", lo, hi)
      << (openHi ? ")" : "]");
  return text;
}

std::optional<double> rill::flow::constantSplat(Value value) {
  while (auto spread = value.getDefiningOp<lane::SpreadOp>())
    value = spread.getX();
  if (auto constant = value.getDefiningOp<lane::ConstOp>())
    return constant.getSplat();
  return std::nullopt;
}

static Range negate(Range a) { return {-a.hi, -a.lo, a.openHi, a.openLo}; }

Range rill::flow::addRanges(Range a, Range b) {
  return {a.lo + b.lo, a.hi + b.hi, a.openLo || b.openLo, a.openHi || b.openHi};
}

Range rill::flow::multiplyRanges(Range a, Range b) {
  // Ends multiply; 0 * inf is 0 here, since an infinite end is never attained.
  struct End {
    double value;
    bool open;
  };
  auto times = [](End x, End y) {
    bool zero = (x.value == 0 && !x.open) || (y.value == 0 && !y.open);
    double value = x.value == 0 || y.value == 0 ? 0 : x.value * y.value;
    return End{value, (x.open || y.open) && !(value == 0 && zero)};
  };
  End as[] = {{a.lo, a.openLo}, {a.hi, a.openHi}};
  End bs[] = {{b.lo, b.openLo}, {b.hi, b.openHi}};
  Range r{inf, -inf, true, true};
  for (End x : as)
    for (End y : bs) {
      End e = times(x, y);
      if (e.value < r.lo || (e.value == r.lo && !e.open)) {
        r.lo = e.value;
        r.openLo = e.open;
      }
      if (e.value > r.hi || (e.value == r.hi && !e.open)) {
        r.hi = e.value;
        r.openHi = e.open;
      }
    }
  return r;
}

/// The range of an increasing function that is known on the extended line.
static Range increasing(Range a, double (*f)(double)) {
  return {f(a.lo), f(a.hi), a.openLo || std::isinf(a.lo),
          a.openHi || std::isinf(a.hi)};
}

/// The upper end of the larger of both: open only if nothing attains it.
static Range withUpperEnd(Range r, Range a, Range b) {
  r.hi = std::max(a.hi, b.hi);
  r.openHi = (a.hi < r.hi || a.openHi) && (b.hi < r.hi || b.openHi);
  return r;
}

static Range magnitude(Range a) {
  if (a.lo >= 0)
    return a;
  if (a.hi <= 0)
    return negate(a);
  return withUpperEnd({0, inf, false, true}, a, negate(a));
}

static Range square(Range a) {
  Range size = magnitude(a);
  return {size.lo * size.lo, size.hi * size.hi, size.openLo, size.openHi};
}

static Range reciprocal(Range a) {
  if (!a.excludesZero())
    return Range::all();
  if (a.isNegative())
    return negate(reciprocal(negate(a)));
  return {1 / a.hi, a.lo == 0 ? inf : 1 / a.lo, a.openHi || a.hi == inf,
          a.openLo};
}

static Range hull(Range a, Range b) {
  Range r = a;
  if (b.lo < r.lo || (b.lo == r.lo && !b.openLo))
    r.lo = b.lo, r.openLo = b.openLo;
  if (b.hi > r.hi || (b.hi == r.hi && !b.openHi))
    r.hi = b.hi, r.openHi = b.openHi;
  return r;
}

static Range ofConstant(lane::ConstOp op) {
  if (std::optional<double> splat = op.getSplat())
    return Range::point(*splat);
  Range r = Range::point(op.getElement(0));
  for (int64_t i = 1, n = op.getType().getNumElements(); i < n; ++i)
    r = hull(r, Range::point(op.getElement(i)));
  return r;
}

/// The elements of a parameter, by how its raw array becomes one (Charts.h).
static Range ofChart(StringRef chart) {
  if (chart == "softplus")
    return {0, inf};
  if (chart == "simplex")
    return {0, 1};
  Range range = Range::all();
  if (chart.consume_front("interval ")) {
    auto [lo, hi] = chart.split(' ');
    if (lo.getAsDouble(range.lo) || hi.getAsDouble(range.hi))
      return Range::all();
  }
  return range;
}

Range Ranges::of(Value value) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  Range range = Range::all();
  if (auto result = dyn_cast<OpResult>(value))
    range = compute(result.getOwner(), result.getResultNumber());
  else
    range = ofArgument(cast<BlockArgument>(value));
  known[value] = range;
  return range;
}

/// Of each place of a repeat: where it starts if no step leads out of there,
/// given the same of the others.
ArrayRef<Range> Ranges::ofSteps(RepeatOp repeat) {
  if (auto it = steps.find(repeat); it != steps.end())
    return it->second;
  Block &block = repeat.getBody().front();
  ValueRange places = block.getArguments().drop_front();
  ValueRange next = block.getTerminator()->getOperands();
  SmallVector<Range> ranges;
  for (Value start : repeat.getPlaces())
    ranges.push_back(of(start));
  // What the body reads from outside is the same in every try.
  repeat.getBody().walk([&](Operation *op) {
    for (Value v : op->getOperands())
      if (!repeat.getBody().isAncestor(v.getParentRegion()))
        of(v);
  });
  for (bool changed = true; changed;) {
    changed = false;
    Ranges step(*this);
    for (auto [place, range] : llvm::zip(places, ranges))
      step.assume(place, range);
    for (auto [value, range] : llvm::zip(next, ranges))
      if (!range.contains(step.of(value))) {
        range = Range::all();
        changed = true;
      }
  }
  return steps[repeat] = std::move(ranges);
}

Range Ranges::ofArgument(BlockArgument argument) {
  Operation *owner = argument.getOwner()->getParentOp();
  unsigned k = argument.getArgNumber();
  if (auto update = dyn_cast<UpdateOp>(owner))
    return {update.getLo().convertToDouble(), update.getHi().convertToDouble()};
  if (auto repeat = dyn_cast<RepeatOp>(owner))
    return k == 0 ? Range::all() : ofSteps(repeat)[k - 1];
  if (auto ranges = owner->getAttrOfType<DenseF64ArrayAttr>(rangesAttr);
      ranges && 2 * k + 1 < ranges.size())
    return {ranges[2 * k], ranges[2 * k + 1]};
  return Range::all();
}

Range Ranges::compute(Operation *op, unsigned result) {
  auto arg = [&](unsigned i) { return of(op->getOperand(i)); };
  return llvm::TypeSwitch<Operation *, Range>(op)
      .Case([&](lane::ConstOp c) { return ofConstant(c); })
      .Case([&](ParamOp p) { return ofChart(p.getChart()); })
      .Case<lane::SpreadOp, lane::ReshapeOp, lane::PermuteOp, lane::SliceOp,
            lane::GatherOp, lane::ReverseOp, lane::StopOp, lane::VaryOp,
            lane::TakeOp, SplitOp>([&](Operation *) { return arg(0); })
      .Case([&](UpdateOp update) {
        return of(update.getBody().front().getTerminator()->getOperand(0));
      })
      .Case([&](RepeatOp repeat) { return ofSteps(repeat)[result]; })
      .Case<lane::ConcatOp, JoinOp>([&](Operation *o) {
        Range r = arg(0);
        for (unsigned i = 1; i < o->getNumOperands(); ++i)
          r = hull(r, arg(i));
        return r;
      })
      .Case([&](lane::SelectOp) { return hull(arg(1), arg(2)); })
      .Case([&](lane::NegOp) { return negate(arg(0)); })
      .Case([&](lane::AddOp) { return addRanges(arg(0), arg(1)); })
      .Case([&](lane::SubOp) { return addRanges(arg(0), negate(arg(1))); })
      .Case([&](lane::MulOp m) {
        return m.getX() == m.getY() ? square(arg(0))
                                    : multiplyRanges(arg(0), arg(1));
      })
      .Case([&](lane::DivOp) {
        return multiplyRanges(arg(0), reciprocal(arg(1)));
      })
      .Case([&](lane::RecipOp) { return reciprocal(arg(0)); })
      .Case([&](lane::SqOp) { return square(arg(0)); })
      .Case([&](lane::ExpOp) {
        Range r = increasing(arg(0), [](double x) { return std::exp(x); });
        r.openLo |= r.lo == 0;
        return r;
      })
      .Case([&](lane::SqrtOp) {
        Range a = arg(0);
        return a.lo >= 0 ? increasing(a, [](double x) { return std::sqrt(x); })
                         : Range{0, inf, false, true};
      })
      .Case([&](lane::LogOp) {
        Range a = arg(0);
        return a.lo >= 0 ? increasing(a, [](double x) { return std::log(x); })
                         : Range::all();
      })
      .Case([&](lane::TanhOp) {
        return increasing(arg(0), [](double x) { return std::tanh(x); });
      })
      .Case([&](lane::SigmoidOp) {
        return increasing(arg(0),
                          [](double x) { return 1 / (1 + std::exp(-x)); });
      })
      .Case([&](lane::SoftplusOp) {
        Range r = increasing(arg(0), [](double x) {
          return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
        });
        r.openLo |= r.lo == 0;
        return r;
      })
      .Case([&](lane::CoshOp) { return Range{1, inf, false, true}; })
      .Case([&](lane::AbsOp) { return magnitude(arg(0)); })
      .Case([&](lane::ReluOp) {
        Range a = arg(0);
        return Range{std::max(a.lo, 0.0), std::max(a.hi, 0.0),
                     a.lo >= 0 && a.openLo, a.hi > 0 && a.openHi};
      })
      .Case([&](lane::MaxOp) {
        Range a = arg(0), b = arg(1);
        Range low = a.lo > b.lo || (a.lo == b.lo && a.openLo) ? a : b;
        return withUpperEnd(low, a, b);
      })
      .Case([&](lane::PowOp) {
        if (arg(0).lo >= 0 && !arg(0).isPositive() && arg(1).isPositive())
          return Range{0, inf, false, true}; // 0^b is 0
        return arg(0).isPositive() ? Range{0, inf} : Range::all();
      })
      .Case([&](lane::ReduceOp r) {
        // Sums of positive numbers are positive, and so on for one sign.
        Range a = arg(0);
        if (r.getKind() == lane::ReduceKind::max ||
            r.getKind() == lane::ReduceKind::min)
          return a;
        if (r.getKind() == lane::ReduceKind::sum && a.lo >= 0)
          return Range{a.lo, inf, a.openLo, true};
        return Range::all();
      })
      .Default([](Operation *) { return Range::all(); });
}
