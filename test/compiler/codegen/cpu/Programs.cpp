//===- Programs.cpp - Lane programs that several tests use ----------------===//
//
// See Programs.h.
//
//===----------------------------------------------------------------------===//
#include "Programs.h"

#include "fmt/format.h"

#include <cmath>
#include <random>

using namespace rill;

namespace {
/// Writes the flow for one size and element type.
struct Writer {
  int dims, layers, width;
  const char *element;

  std::string type(std::vector<int> shape, bool inv = false) const {
    std::string text = "!lane.t<";
    for (int dim : shape)
      text += fmt::format("{}x", dim);
    return text + element + (inv ? ", inv>" : ">");
  }
  std::vector<std::vector<int>> shapes() const {
    int half = dims / 2;
    return {{width, half}, {width}, {dims, width}, {dims}};
  }
  std::vector<int> stacked(std::vector<int> shape) const {
    shape.insert(shape.begin(), layers);
    return shape;
  }

  std::string density(const std::string &prefix) const;
  std::string signature(bool results) const;
};
} // namespace

std::string Writer::density(const std::string &p) const {
  int h = dims / 2;
  auto s = shapes();
  std::string x = type({dims}), half = type({h}), one = type({});
  std::string hidden = type({width});
  std::string xs;
  for (int k = 0; k < 4; ++k)
    xs += fmt::format("{}%w{} = %{}{} : {}", k ? ", " : "", k, p, k,
                      type(stacked(s[k]), true));
  return fmt::format(
      R"(  %z0 = lane.const 0.0 : {one_inv}
  %z = lane.vary %z0 : ({one_inv}) -> {one}
  %y, %ld = lane.loop {layers} (%i) inits(%v = %{p}x : {x}, %l = %z : {one}) xs({xs}) -> ({x}, {one} |) {{
    %a = lane.slice %v [0] [{h}] [1] : ({x}) -> {half}
    %b = lane.slice %v [{h}] [{h}] [1] : ({x}) -> {half}
    %h0 = lane.contract "ab,b->a" %w0, %a : ({w0}, {half}) -> {hidden}
    %h1 = lane.add %h0, %w1 : ({hidden}, {hidden_inv}) -> {hidden}
    %h2 = lane.relu %h1 : ({hidden}) -> {hidden}
    %o0 = lane.contract "ab,b->a" %w2, %h2 : ({w2}, {hidden}) -> {x}
    %o = lane.add %o0, %w3 : ({x}, {x_inv}) -> {x}
    %s0 = lane.slice %o [0] [{h}] [1] : ({x}) -> {half}
    %m = lane.slice %o [{h}] [{h}] [1] : ({x}) -> {half}
    %s = lane.tanh %s0 : ({half}) -> {half}
    %e = lane.exp %s : ({half}) -> {half}
    %be = lane.mul %b, %e : ({half}, {half}) -> {half}
    %bn = lane.add %be, %m : ({half}, {half}) -> {half}
    %r = lane.reduce sum %s [0] : ({half}) -> {one}
    %l2 = lane.add %l, %r : ({one}, {one}) -> {one}
    %v2 = lane.concat 0 %bn, %a : ({half}, {half}) -> {x}
    lane.yield %v2, %l2 : {x}, {one}
  }}
  %sq = lane.sq %y : ({x}) -> {x}
  %n = lane.reduce sum %sq [0] : ({x}) -> {one}
  %mh = lane.const -0.5 : {one_inv}
  %nn = lane.mul %n, %mh : ({one}, {one_inv}) -> {one}
  %lp = lane.add %nn, %ld : ({one}, {one}) -> {one}
)",
      fmt::arg("one", one), fmt::arg("one_inv", type({}, true)),
      fmt::arg("layers", layers), fmt::arg("p", p), fmt::arg("x", x),
      fmt::arg("xs", xs), fmt::arg("h", h), fmt::arg("half", half),
      fmt::arg("hidden", hidden), fmt::arg("hidden_inv", type({width}, true)),
      fmt::arg("x_inv", type({dims}, true)), fmt::arg("w0", type(s[0], true)),
      fmt::arg("w2", type(s[2], true)));
}

std::string Writer::signature(bool results) const {
  std::string text = results ? "" : "%x: " + type({dims});
  auto s = shapes();
  for (int k = 0; k < 4; ++k) {
    std::string one = type(stacked(s[k]), true);
    text += results ? ", " + one : fmt::format(", %{}: {}", k, one);
  }
  return text;
}

std::string rill::test::couplingFlow(int dims, int layers, int width,
                                     const char *element) {
  Writer w{dims, layers, width, element};
  std::string one = w.type({}), inv = w.type({}, true);
  std::string text = fmt::format("func.func @logp({}) -> {} {{\n{}  return "
                                 "%lp : {}\n}}\n",
                                 w.signature(false), one, w.density(""), one);
  std::string inputs = "%ix = %x : " + w.type({dims});
  auto shapes = w.shapes();
  for (int k = 0; k < 4; ++k)
    inputs += fmt::format(", %i{} = %{} : {}", k, k,
                          w.type(w.stacked(shapes[k]), true));
  text += fmt::format(
      "func.func @grad({}) -> ({}{}) {{\n"
      "  %one = lane.const 1.0 : {}\n"
      "  %v, %g:4 = lane.vjp [1, 2, 3, 4] ({}) seeds(%one : {}) -> ({} | {}) "
      "{{\n{}"
      "    %sum = lane.reduce_batch sum %lp : ({}) -> {}\n"
      "    %bs = lane.batch_size : {}\n"
      "    %mean = lane.div %sum, %bs : ({}, {}) -> {}\n"
      "    %nll = lane.neg %mean : ({}) -> {}\n"
      "    lane.yield %nll : {}\n  }}\n"
      "  return %v, %g#0, %g#1, %g#2, %g#3 : {}{}\n}}\n",
      w.signature(false), inv, w.signature(true), inv, inputs, inv, inv,
      w.signature(true).substr(2), w.density("i"), one, inv, inv, inv, inv, inv,
      inv, inv, inv, inv, w.signature(true));
  return text;
}

std::vector<lane::Array> rill::test::couplingArguments(int dims, int layers,
                                                       int width, int64_t batch,
                                                       uint64_t seed) {
  Writer w{dims, layers, width, "f32"};
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 1);
  std::vector<lane::Array> arguments;
  auto add = [&](std::vector<int> shape, bool inv, double scale) {
    llvm::SmallVector<int64_t> dims64(shape.begin(), shape.end());
    auto array = lane::Array::filled(dims64, inv, batch);
    for (double &value : array.data)
      value = static_cast<float>(scale * normal(random));
    arguments.push_back(std::move(array));
  };
  add({dims}, false, 1);
  for (const auto &shape : w.shapes())
    add(w.stacked(shape), true, 0.7 / std::sqrt(double(shape.back())));
  return arguments;
}
