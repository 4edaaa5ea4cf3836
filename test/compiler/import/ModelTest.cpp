//===- ModelTest.cpp - Judgement and derivation of flows ------------------===//
//
// Programs through the front end, the model level and the lane pipeline. What
// is accepted is run by the f64 interpreter with random parameters: the two
// directions undo each other and both log-determinants equal the dense
// Jacobian's. What is refused is refused with its code.
//
//===----------------------------------------------------------------------===//

#include "DerivedMaps.h"
#include "import/Entries.h"

#include "gtest/gtest.h"

using namespace rill;
using namespace rill::test;
using pipeline::Compilation;
using pipeline::Stage;

struct Accepted {
  const char *name;
  const char *space; ///< "Real[3]"
  const char *body;  ///< of the flow, ends in Real
};

class AcceptedFlow : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedFlow, IsUndoneAndHasTheJacobiansDeterminant) {
  TemporaryProgram program(programOf(GetParam().space, GetParam().body));
  pipeline::Options options;
  options.f64 = true;
  Compilation compilation(program.path, options);
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  Direction generate(compilation, "p.generate"),
      latent(compilation, "p.latent");
  std::mt19937 engine(11);
  std::normal_distribution<double> normal;
  Rows z(batch * generate.width());
  for (double &value : z)
    value = normal(engine);

  auto [x, up] = generate(z);
  auto [back, down] = latent(x);
  // Round trip: 1e-10 relative, the bar of issue 3.
  for (size_t i = 0; i < z.size(); ++i)
    EXPECT_NEAR(back[i], z[i], 1e-10 * std::max(1.0, std::fabs(z[i])));
  Rows numeric = numericLogDet(latent, x);
  for (int64_t r = 0; r < batch; ++r) {
    EXPECT_NEAR(up[r] + down[r], 0, 1e-9);
    // Central differences: h^2 truncation with h = 1e-5, plus cancellation.
    EXPECT_NEAR(down[r], numeric[r], 1e-6 * std::max(1.0, std::fabs(down[r])));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, AcceptedFlow,
    testing::Values(
        Accepted{"affine", "Real[3]", "x := 2 * x + 1"},
        Accepted{"negative_factor", "Real[3]", "x := 1 - x / 3"},
        Accepted{"parameters", "Real[3]",
                 "param s: Positive[3] = 1; param m: Real[3] = 0\n"
                 "x := (x - m) * s"},
        Accepted{"elements", "Real[3]",
                 "param s: Positive[3] = 1; param m: Real[3] = 0\n"
                 "each i: 3 { x[i] := s[i] * x[i] + m[i] }"},
        Accepted{"sinh", "Real[2]", "x := sinh(x)\nx := asinh(x) / 2"},
        Accepted{"exp_log", "Real[2]", "x := exp(x)\nx := log(x) * 3"},
        Accepted{"tanh_atanh", "Real[2]", "x := tanh(x)\nx := atanh(x / 1)"},
        Accepted{"sigmoid_logit", "Real[2]",
                 "x := sigmoid(x)\nx := -log(1 / x - 1)"},
        Accepted{"softplus", "Real[2]", "x := softplus(x)\nx := log(x)"},
        Accepted{"square_of_positive", "Positive[2]", "x := x^2\nx := log(x)"},
        Accepted{"square_root", "Positive[2]", "x := sqrt(x)\nx := log(x)"},
        Accepted{"reciprocal", "Positive[2]", "x := 1 / x\nx := log(x)"},
        Accepted{"odd_power_plus_linear", "Real[2]", "x := x^3 + x / 2"},
        Accepted{"x_exp_x_of_positive", "Positive[2]",
                 "x := x * exp(x)\nx := log(x)"},
        Accepted{"monotone_decreasing", "Real[2]", "x := -x - tanh(x)"},
        Accepted{"sum_with_tanh", "Real[2]",
                 "param a: Positive[2] = 1\nx := x + a * tanh(x)"},
        Accepted{"reverse", "Real[4]", "x := reverse(x)"},
        Accepted{"rotation_of_places", "Real[4]",
                 "x := concat(x[1..4], x[0..1])"},
        Accepted{"plu", "Real[3]", "param W: PLU[3]\nx := W @ x"},
        Accepted{"orthogonal", "Real[3]", "param Q: Orthogonal[3]\nx := Q @ x"},
        Accepted{"lower_unit", "Real[3]", "param L: LowerUnit[3]\nx := L @ x"},
        Accepted{"plu_on_rows", "Real[3, 2]",
                 "param W: PLU[2]\neach i: 3 { x[i] := W @ x[i] }"},
        Accepted{"orthogonal_on_rows", "Real[3, 2]",
                 "param Q: Orthogonal[2]\neach i: 3 { x[i] := Q @ x[i] }"},
        Accepted{"factor_that_is_a_positive_place", "Positive[4]",
                 "view (a, b) = halves(x)\nb := b * a\na := a / b\n"
                 "x := log(x)"},
        Accepted{"positive_places_of_a_repeat", "Positive[4]",
                 "repeat 2 {\nview (a, b) = halves(x)\nb := b * a\n"
                 "a := a / b\n}\nx := log(x)"},
        Accepted{"coupling", "Real[4]",
                 "view (a, b) = halves(x)\n"
                 "let (s, m) = mlp[8](a) -> (Real[2], Real[2])\n"
                 "b := b * exp(2 * tanh(s)) + m"},
        Accepted{"coupling_of_evens", "Real[4]",
                 "view (a, b) = evens(x)\n"
                 "b := b + (mlp[8](a) -> Real[2])\n"
                 "a := a * softplus(mlp[8](b) -> Real[2])"},
        Accepted{"nested_views", "Real[4]",
                 "view (a, b) = halves(x)\nview (c, d) = halves(b)\n"
                 "c := c + sum[i: 2] a[i]\nd := d * exp(c)\na := a + 2 * d[0]"},
        Accepted{"repeat", "Real[4]",
                 "repeat 3 {\n view (a, b) = halves(x)\n"
                 " b := b + (mlp[8](a) -> Real[2])\n x := reverse(x)\n}"},
        Accepted{"network_shared_by_steps", "Real[4]",
                 "let n = mlp[3]\nrepeat 3 {\n view (a, b) = halves(x)\n"
                 " b := b + (n(a) -> Real[2])\n x := reverse(x)\n}"},
        Accepted{"parameter_shared_by_steps", "Real[3]",
                 "param s: Positive[3] = 1.5\nrepeat 3 { x := s * x + 1 }"},
        Accepted{"views_before_and_in_a_repeat", "Real[4]",
                 "view (a, b) = halves(x)\nrepeat 2 {\n"
                 " b := b + (mlp[4](a) -> Real[2])\n a := a + 2 * b\n}\n"
                 "x := 2 * x"},
        // Both views hold element 0: the repeat carries the whole place.
        Accepted{"overlapping_views_in_a_repeat", "Real[4]",
                 "view (a, b) = halves(x)\nview (c, d) = evens(x)\n"
                 "repeat 2 {\n a := 2 * a + tanh(b)\n c := 3 * c + d\n}"},
        Accepted{"masked_network", "Real[4]",
                 "let (s, m) = made[8, 8](x) -> (Real[4], Real[4])\n"
                 "x := x * exp(2 * tanh(s)) + m"},
        Accepted{"masked_network_of_one", "Real[1]",
                 "let (s, m) = made[4](x) -> (Real[1], Real[1])\n"
                 "x := x * exp(s) + m"},
        Accepted{"masked_network_and_reversal", "Real[3]",
                 "repeat 2 {\n x := sinh(x) / 2 + (made[6](x) -> Real[3])\n"
                 " x := reverse(x)\n}"},
        Accepted{"causal_back_to_front", "Real[4]",
                 "x := x + tanh(vec[i: 4] sum[j: 4 if j > i] x[j])"},
        Accepted{"causal_of_what_was_computed", "Real[4]",
                 "let e = tanh(x)\n"
                 "let c = vec[i: 4] sum[j: 4 if j < i] e[j]\n"
                 "x := sinh(x) * exp(c)"},
        Accepted{"causal_along_rows", "Real[3, 2]",
                 "let c = vec[i: 3, k: 2] sum[j: 3, l: 2 if j < i] x[j, l]\n"
                 "x := x * exp(tanh(c)) + sq(c)"},
        Accepted{"causal_in_row_major_order", "Real[2, 2]",
                 "let c = vec[i: 2, k: 2] sum[j: 2, l: 2 if 2*j + l < 2*i + k] "
                 "x[j, l]\nx := x + c"},
        Accepted{"causal_and_monotone", "Real[3]",
                 "let c = vec[i: 3] sum[j: 3 if j < i] x[j]\n"
                 "x := x^3 + x * exp(tanh(c)) + c"},
        Accepted{"causal_over_positive", "Positive[3]",
                 "let c = vec[i: 3] sum[j: 3 if j < i] log(x[j])\n"
                 "x := log(x) + c"},
        Accepted{"causal_in_a_part", "Real[4]",
                 "view (a, b) = halves(x)\n"
                 "b := b * exp(tanh(made[4](b) -> Real[2])) + a"},
        Accepted{"causal_attention", "Real[3]",
                 "param q: Real[2] = 1; param k: Real[2] = 0.5\n"
                 "let a = vec[i: 3, w: 2] q[w] * x[i]\n"
                 "let b = vec[i: 3, w: 2] tanh(k[w] * x[i])\n"
                 "let s = vec[i: 3, j: 3] sum[w: 2] a[i, w] * b[j, w]\n"
                 "let e = vec[i: 3, j: 3] (if j <= i then exp(tanh(s[i, j])) "
                 "else 0)\n"
                 "let r = vec[i: 3] ((sum[j: 3] e[i, j] * x[j]) / "
                 "sum[j: 3] e[i, j])\n"
                 "x := x * 2 + concat([0.5], r[0..2])"},
        Accepted{"residual_masked_layers", "Real[3]",
                 "param A: Real[6, 3] = glorot; param B: Real[6, 6] = glorot\n"
                 "param C: Real[3, 6] = glorot\n"
                 "let h = vec[i: 6] tanh(sum[j: 3 if j <= floor(i / 2)] "
                 "A[i, j] * x[j])\n"
                 "let g = vec[i: 6] (h[i] + tanh(sum[j: 6 if floor(j / 2) <= "
                 "floor(i / 2)] B[i, j] * h[j]))\n"
                 "x := x + vec[i: 3] sum[j: 6 if floor(j / 2) < i] "
                 "C[i, j] * g[j]"},
        Accepted{"scan", "Real[4]",
                 "param a: Real = 0.5\nscan t in 4, h = 0 {\n"
                 " x[t] := (x[t] - a * h) * 2\n h' = tanh(h + x[t])\n}"},
        Accepted{"scan_of_old_values", "Real[4]",
                 "scan t in 4, h = 0 {\n h' = tanh(h) + x[t]\n"
                 " x[t] := x[t] * exp(tanh(h)) + h\n}"},
        Accepted{"scan_of_rows", "Real[3, 2]",
                 "scan t in 3, h: Real[2] = 0 {\n x[t] := sinh(x[t]) + h\n"
                 " h' = h + x[t]\n}"},
        Accepted{"scan_of_a_part", "Real[4]",
                 "view (a, b) = halves(x)\nscan t in 2, h = 1 {\n"
                 " b[t] := b[t] + h * a[t]\n h' = b[t]\n}"},
        Accepted{"scan_with_a_network", "Real[3]",
                 "let n = mlp[4]\nscan t in 3, h: Real[2] = 0 {\n"
                 " let (m, s) = n(h) -> (Real[1], Real[1])\n"
                 " h' = tanh(h + x[t])\n"
                 " x[t] := x[t] * exp(tanh(s[0])) + m[0]\n}"},
        Accepted{"scan_without_state", "Real[3]",
                 "scan t in 3 { x[t] := 2 * x[t] + 1 }"},
        Accepted{"scan_in_a_repeat", "Real[3]",
                 "repeat 2 {\n param a: Real = 0.5\n scan t in 3, h = 0 {\n"
                 "  x[t] := x[t] + a * h\n  h' = x[t]\n }\n"
                 " x := reverse(x)\n}"},
        Accepted{"nested_repeat", "Real[2]",
                 "repeat 2 {\n param s: Positive[2] = 1\n x := s * x\n"
                 " repeat 3 { param m: Real[2] = 0; x := x + m }\n}"}),
    [](const testing::TestParamInfo<Accepted> &info) {
      return info.param.name;
    });

struct Refused {
  const char *name;
  const char *space;
  const char *body;
  const char *code;
};

class RefusedFlow : public testing::TestWithParam<Refused> {};

TEST_P(RefusedFlow, HasItsCode) {
  TemporaryProgram program(programOf(GetParam().space, GetParam().body));
  Compilation compilation(program.path, {});
  EXPECT_FALSE(compilation.run(Stage::Lane));
  std::string text = compilation.diagnostics(false);
  EXPECT_NE(text.find(std::string("error[") + GetParam().code + "]"),
            std::string::npos)
      << text;
}

INSTANTIATE_TEST_SUITE_P(
    Forms, RefusedFlow,
    testing::Values(
        Refused{"factor_may_be_zero", "Real[4]",
                "view (a, b) = halves(x)\nb := b * a", "R0214"},
        Refused{"place_that_left_its_space", "Positive[4]",
                "view (a, b) = halves(x)\na := log(a)\nb := log(b)\n"
                "b := b * a",
                "R0214"},
        // A place's space was taken for that of its view's line.
        Refused{"whole_whose_parts_left_its_space", "Positive[4]",
                "view (a, b) = halves(x)\na := log(a)\nb := log(b)\n"
                "x := x^2",
                "R0216"},
        Refused{"part_of_a_whole_that_left_its_space", "Positive[4]",
                "view (a, b) = halves(x)\nx := log(x)\na := a^2", "R0216"},
        Refused{"divided_place", "Real[4]",
                "view (a, b) = halves(x)\nb := a / b", "R0214"},
        Refused{"relu_factor", "Real[4]",
                "view (a, b) = halves(x)\nb := b * relu(a)", "R0214"},
        // These factors are 0 but were taken for signed: ends that are
        // attained counted as open.
        Refused{"relu_of_negative_factor", "Real[4]",
                "view (a, b) = halves(x)\nb := b * relu(-exp(a))", "R0214"},
        Refused{"largest_attains_its_end", "Real[4]",
                "view (a, b) = halves(x)\n"
                "b := b * (1 - max(tanh(a), tanh(0 * a) + 1))",
                "R0214"},
        Refused{"abs_attains_its_end", "Real[4]",
                "view (a, b) = halves(x)\n"
                "b := b * (1 - abs(max(tanh(a), 0) - 1))",
                "R0214"},
        Refused{"place_twice", "Real[2]", "x := x * exp(x)", "R0215"},
        Refused{"cubic_that_turns", "Real[2]", "x := x^3 - x", "R0215"},
        Refused{"square_of_real", "Real[2]", "x := x^2", "R0216"},
        Refused{"cube_of_real", "Real[2]", "x := x^3", "R0216"},
        Refused{"reciprocal_of_real", "Real[2]", "x := 1 / x", "R0216"},
        Refused{"abs", "Real[2]", "x := abs(x)", "R0216"},
        Refused{"floor", "Real[2]", "x := floor(x)", "R0216"},
        Refused{"sine", "Real[2]", "x := sin(x)", "R0216"},
        Refused{"overwritten", "Real[2]", "x := x - x", "R0215"},
        Refused{"dropped_and_repeated", "Real[2]",
                "x := concat(x[0..1], x[0..1])", "R0217"},
        Refused{"network_of_own_place", "Real[2]",
                "x := x + (mlp[8](x) -> Real[2])", "R0217"},
        Refused{"context_of_grade_up_to_its_own", "Real[3]",
                "let c = vec[i: 3] sum[j: 3 if j <= i] x[j]\n"
                "x := x * exp(c)",
                "R0217"},
        Refused{"context_of_both_sides", "Real[3]",
                "let c = vec[i: 3] sum[j: 3 if j < i] x[j]\n"
                "let d = vec[i: 3] sum[j: 3 if j > i] x[j]\n"
                "x := x + c * d",
                "R0217"},
        Refused{"causal_but_factor_may_be_zero", "Real[3]",
                "let c = vec[i: 3] sum[j: 3 if j < i] x[j]\nx := x * c",
                "R0214"},
        Refused{"mask_that_is_trained", "Real[3]",
                "param a: Real[3] = 1\n"
                "let c = vec[i: 3] sum[j: 3 if stop(a[j]) < stop(a[i])] x[j]\n"
                "x := x + c",
                "R0217"},
        Refused{"scan_that_reads_the_whole", "Real[3]",
                "scan t in 3, h = 0 {\n x[t] := x[t] + sum[i: 3] x[i]\n"
                " h' = h\n}",
                "R0104"},
        Refused{"scan_without_a_next_value", "Real[3]",
                "scan t in 3, h = 0 { x[t] := x[t] + h }", "R0301"},
        Refused{"scan_through_a_part_of_an_axis", "Real[3]",
                "scan t in 2 { x[t] := 2 * x[t] }", "R0405"},
        Refused{"scan_factor_may_be_zero", "Real[3]",
                "scan t in 3, h = 1 {\n x[t] := x[t] * h\n h' = x[t]\n}",
                "R0214"},
        Refused{"scan_with_a_let_from_before", "Real[3]",
                "let c = sum[i: 3] x[i]\nscan t in 3 { x[t] := x[t] + c }",
                "R0218"},
        Refused{"normalised_by_own_norm", "Real[2]", "x := x * exp(norm2(x))",
                "R0217"},
        // Onto a part of the line only: these lost mass of the normal law.
        Refused{"onto_the_negative_line", "Real[2]", "x := log_sigmoid(x)",
                "R0223"},
        Refused{"onto_the_positive_line", "Unit[2]", "x := atanh(x)", "R0223"},
        Refused{"negative_reciprocal", "Real[2]", "x := 1 / (-exp(x))",
                "R0223"},
        Refused{"square_above_one", "Positive[2]", "x := (1 + x)^2", "R0223"},
        Refused{"bounded_sum_that_a_parameter_stretches", "Real[2]",
                "param a: Positive[2] = 1\nx := a * tanh(x) + tanh(x)",
                "R0223"},
        Refused{"causal_factor_of_a_bounded_map", "Real[3]",
                "let c = vec[i: 3] sum[j: 3 if j < i] x[j]\n"
                "x := tanh(x) * exp(c)",
                "R0223"},
        Refused{"plain_matrix", "Real[2]",
                "param W: Real[2, 2] = glorot\nx := W @ x", "R0221"}),
    [](const testing::TestParamInfo<Refused> &info) {
      return info.param.name;
    });
