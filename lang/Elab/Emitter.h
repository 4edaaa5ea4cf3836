//===- Emitter.h - Operations of the typed program --------------*- C++ -*-===//
//
// The floor of elaboration: reports, appends operations to the open region, and
// lifts values over the axes of index variables. It knows no syntax.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_EMITTER_H
#define RILL_LANG_ELAB_EMITTER_H

#include "Elab/State.h"
#include "Support/Diagnostic.h"

namespace rill::lang::elab {

class Emitter : protected State {
protected:
  Emitter(const SourceManager &sources, DiagnosticEngine &diag)
      : sources(sources), diag(diag) {}

  //===--- Reports (Scope.cpp) ---===//
  std::string text(SourceRange range) const;
  Diagnostic &error(Code code, SourceRange range, std::string message,
                    std::string under = "");
  Den unsupported(SourceRange range, const std::string &what);

  //===--- Members that a dist lacks (Missing.cpp) ---===//
  bool requireDensity(DistId id, const std::string &law, SourceRange range);
  bool requireSampler(DistId id, const std::string &law, SourceRange range);
  void noDensity(const std::string &law, SourceRange range,
                 const typed::Missing &missing);
  void noSampler(const std::string &law, SourceRange range,
                 const typed::Missing &missing);

  //===--- Emission (Emit.cpp) ---===//
  typed::Op &append(typed::Op op);
  ValueId newValue(Space space, std::string name = "");
  Tensor emit(const std::string &name, const std::vector<Tensor> &operands,
              Space result, std::map<std::string, typed::Attr> attrs = {});
  Tensor constant(double value, const Space &space);
  Tensor denseConstant(std::vector<double> values, const Space &space);
  Tensor reshape(const Tensor &t, std::vector<int64_t> shape);
  Tensor permute(const Tensor &t, const std::vector<int64_t> &perm);
  Tensor gather(const Tensor &t, int64_t dim,
                const std::vector<int64_t> &indices);
  Tensor sliceAxis(const Tensor &t, int64_t dim, int64_t offset, int64_t size);
  Tensor reduce(const std::string &kind, const Tensor &t,
                const std::vector<int64_t> &dims);
  Tensor concat(const std::vector<Tensor> &parts, int64_t dim);
  Tensor toFloat(const Tensor &t);
  Tensor toInt(const Tensor &t);
  Tensor draw(const std::string &law, std::vector<int64_t> shape,
              bool perSample);
  Tensor unary(const std::string &op, const Tensor &x);
  Tensor binary(const std::string &op, Tensor x, Tensor y);
  Tensor scalarBinary(const std::string &op, double x, const Tensor &y);
  Tensor binaryScalar(const std::string &op, const Tensor &x, double y);
  Tensor compare(const std::string &pred, Tensor x, Tensor y);
  Tensor select(const Tensor &c, Tensor a, Tensor b);
  Tensor withBounds(Tensor t, Bounds bounds);
  typed::Region regionOf(const std::function<void(typed::Region &)> &body);

  //===--- Lifting: binder axes (Lifting.cpp) ---===//
  BinderId newBinder(std::string name, std::vector<int64_t> values);
  Tensor spreadTo(const Tensor &t, const std::vector<BinderId> &labels,
                  const std::vector<int64_t> &valueShape);
  bool align(std::vector<Tensor *> operands, SourceRange range);
  Tensor dropLabels(const Tensor &t, const std::vector<BinderId> &binders,
                    bool spread);
  Tensor relabel(const Tensor &t, const std::vector<BinderId> &binders);
  Tensor binderValue(BinderId binder);

  //===--- Indices (Indexing.cpp) ---===//
  std::vector<int64_t> flatIndices(const std::vector<ResolvedSlot> &slots,
                                   const std::vector<int64_t> &shape,
                                   const std::vector<BinderId> &baseLabels,
                                   std::vector<BinderId> &labels,
                                   std::vector<int64_t> &valueShape);
  std::optional<Tensor> dynamicIndex(Tensor t,
                                     const std::vector<ResolvedSlot> &slots);

  const SourceManager &sources;
  DiagnosticEngine &diag;
  typed::Program program;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_EMITTER_H
