//===- Mixtures.h - Laws that are one of several laws -----------*- C++ -*-===//
//
// mix(w, p, q, ..): with probability w[k] a draw of the k-th component. Its
// density is summed over the components in logarithms, which needs a density of
// each; a draw takes one draw of every component and keeps the chosen one.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_MIXTURES_H
#define RILL_LANG_ELAB_MIXTURES_H

#include "Elab/Elaborator.h"

namespace rill::lang::elab {

/// One use of a mixture, in the region that asks for its density or a draw.
class MixtureLaw {
public:
  MixtureLaw(Elaborator &e, const Law &law, SourceRange range)
      : e(e), law(law), range(range) {}

  /// The law that `mix(w, p, q)` denotes: its arguments stay syntax.
  static Den make(Elaborator &e, const ast::CallExpr &node,
                  const ast::Expr &expr, Frame &frame);

  /// The space that the components share, where any of them says its own.
  std::optional<Space> space();
  /// log sum_k w[k] p_k(x): a scalar, summed over the axes that the value has
  /// beyond the components' own.
  std::optional<Tensor> logp(std::vector<Tensor> values);
  /// One value for each field of the space `target`.
  std::optional<std::vector<Tensor>> sample(const Space &target);

private:
  std::optional<Space> spaceOf(const Law &part);
  bool spacesAgree();
  std::vector<BinderId> lift(const std::vector<int64_t> &shape);
  std::optional<Tensor> weights();
  std::optional<Tensor> given(const Tensor &w);
  std::nullopt_t refuse(const std::string &under);
  std::optional<std::vector<Tensor>> densities(const std::vector<Tensor> &at);
  std::optional<Tensor> sum(const std::vector<Tensor> &values);
  Tensor logOf(const Tensor &weights);
  std::optional<std::vector<Tensor>> choice(const Space &target);
  bool choose(std::vector<Tensor> &rest, const std::vector<Tensor> &drawn,
              Tensor number, Tensor upTo);

  Elaborator &e;
  const Law &law;
  SourceRange range;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_MIXTURES_H
