//===- Elaborator.h - From syntax to the typed program ----------*- C++ -*-===//
//
// The one class of elaboration. It interprets declarations monomorphically:
// every call is elaborated in place with its statics and instance path, while
// `repeat` stays a loop. The methods are grouped by file: Scope, Statics,
// Spaces, Expressions, Reductions, Builtins, Calls, Instances, Flows, Laws,
// Losses, TopLevel. Operations are emitted by its base Emitter, places are kept
// by its base Places. It knows no MLIR.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_ELABORATOR_H
#define RILL_LANG_ELAB_ELABORATOR_H

#include "Elab/Denotation.h"
#include "Elab/Elaborate.h"
#include "Elab/Places.h"
#include "Elab/Sizes.h"

#include <functional>
#include <set>

namespace rill::lang::elab {

class Elaborator : private Places {
  friend class MixtureLaw;

public:
  Elaborator(const ModuleSet &modules, const std::string &name,
             const SourceManager &sources, DiagnosticEngine &diag, bool tests);
  typed::Program run();

  //===--- Declarations by themselves (Alone.cpp) ---===//
  std::vector<const ast::Item *> unused() const;
  typed::Program alone(const ast::Item &item, SizeChoice &sizes);

private:
  struct Header;
  void prepare();
  Header headerOf(const ast::DefItem &def, SourceRange range,
                  SizeChoice &sizes);
  void functionAlone(const Header &header, SourceRange range);
  void flowAlone(const Header &header, SourceRange range, SizeChoice &sizes);
  void distAlone(const Header &header, SourceRange range);
  void lossAlone(const Header &header, SourceRange range);
  void letAlone(const ast::LetStmt &let);

  //===--- Scope: names and modules (Scope.cpp) ---===//
  void declareModules();
  void declareItem(Module &module, const ast::Item &item);
  void bind(const EnvPtr &env, const ast::Ident &name, Den den,
            bool shadow = true);
  void resolveUses(Module &module);
  void useItem(Module &module, const ast::UseItem &use);
  void define(const EnvPtr &env, const std::string &name, Den den);
  const Den *find(const std::string &name, const EnvPtr &env);
  std::vector<std::string> visibleNames(const EnvPtr &env);
  static CallablePtr declaration(const ast::DefItem &def, SourceRange range,
                                 const EnvPtr &env);
  Den force(const Den &den, Frame &frame);
  Den unknownName(const std::string &name, SourceRange range,
                  const EnvPtr &env);
  static bool isCompiled(const std::string &kind);
  void checkUnusedNames(const ast::File &file);

  //===--- Statics (Statics.cpp) ---===//
  std::optional<int64_t> staticInt(const ast::Expr &expr, Frame &frame);
  std::optional<int64_t> tryStaticInt(const ast::Expr &expr, Frame &frame);
  std::optional<double> staticNumber(const ast::Expr &expr, Frame &frame);
  std::optional<int64_t> staticBinary(const ast::BinaryExpr &node, Frame &frame,
                                      SourceRange range);
  bool bindStatics(Callable &callable, const std::vector<ast::Static> &statics,
                   const std::vector<ast::Slot> &slots, Frame &frame,
                   SourceRange range);
  void defineStatics(const Callable &callable, const EnvPtr &env);
  std::optional<std::vector<int64_t>> rangeOf(const ast::Expr &expr,
                                              Frame &frame);

  //===--- Spaces (Spaces.cpp) ---===//
  Space space(const ast::SpaceExpr &expr, Frame &frame);
  Space
  spaceFromIndex(const std::string &name, SourceRange range,
                 const std::vector<ast::ExprPtr> &args,
                 const std::vector<const std::vector<ast::Slot> *> &groups,
                 Frame &frame);
  bool unify(const ast::SpaceExpr &declared, const Space &actual, Frame &frame,
             SourceRange range, const std::string &what);
  bool unifySlots(const std::vector<ast::Slot> &slots,
                  const std::vector<int64_t> &extents, Frame &frame,
                  SourceRange range, const std::string &what);
  bool solveStatic(const ast::Expr &expr, int64_t value, Frame &frame);
  size_t declaredRank(const ast::SpaceExpr &expr);
  std::optional<std::string> unboundName(const ast::Expr &expr, Frame &frame);
  bool accepts(const Space &declared, const Space &actual);
  Den declaredAs(const ast::SpaceExpr &declared, Den den, SourceRange range,
                 Frame &frame);
  Den declaredAs(const Space &declared, Den den, SourceRange range,
                 Frame &frame);
  bool checkSpace(const Space &declared, const Tensor &value, SourceRange range,
                  const std::string &what);

  //===--- Indices (Indexing.cpp) ---===//
  std::optional<std::vector<ResolvedSlot>>
  resolveSlots(const std::vector<ast::Slot> &slots,
               const std::vector<int64_t> &shape, Frame &frame,
               SourceRange range);
  std::optional<ResolvedSlot> resolveSlot(const ast::Slot &slot, int64_t extent,
                                          Frame &frame, bool emptyFits = false);
  void binderNames(const ast::Expr &expr, Frame &frame,
                   std::vector<BinderId> &found);
  Den indexTensor(const Tensor &t, const std::vector<ast::Slot> &slots,
                  Frame &frame, SourceRange range);
  Den indexPlace(const Den &place, const std::vector<ast::Slot> &slots,
                 Frame &frame, SourceRange range);

  //===--- Scans (Scans.cpp) ---===//
  void scanStmt(const ast::ScanExpr &scan, Frame &frame, SourceRange range);
  std::optional<Den> scanSlice(const Den &place,
                               const std::vector<ast::Slot> &slots,
                               Frame &frame, SourceRange range);
  std::optional<Tensor> carryStart(const ast::ScanCarry &carry, Frame &frame);
  void nextCarry(const ast::ScanCarry &carry, const Space &space, Frame &step,
                 typed::Region &region);
  void closeSlices(const ScanState &state, const typed::Region &region,
                   SourceRange range);

  //===--- Expressions (Expressions.cpp, Choices.cpp, Operators.cpp,
  //===--- Reductions.cpp) ---===//
  Den eval(const ast::Expr &expr, Frame &frame);
  Den evalNode(const ast::Expr &expr, Frame &frame);
  Den evalName(const ast::NameExpr &node, SourceRange range, Frame &frame);
  Den evalIndex(const ast::IndexExpr &node, const ast::Expr &expr,
                Frame &frame);
  Den evalMember(const ast::MemberExpr &node, const ast::Expr &expr,
                 Frame &frame);
  Den evalBinary(const ast::BinaryExpr &node, const ast::Expr &expr,
                 Frame &frame);
  Den evalUnary(const ast::UnaryExpr &node, const ast::Expr &expr,
                Frame &frame);
  Den evalIf(const ast::IfExpr &node, const ast::Expr &expr, Frame &frame);
  Den choose(const Tensor &c, const Den &a, const Den &b,
             const ast::IfExpr &node, Frame &frame);
  Den chooseOptional(const Tensor &c, const Den &a, const Den &b,
                     const ast::IfExpr &node, Frame &frame);
  Tensor truth(bool value);
  Den anyValue(const Space &space);
  Den nullOf(const Space &space);
  Den comparedWithNull(const std::string &op, const Den &a, const Den &b,
                       SourceRange range);
  void optionalError(const std::string &need, const Den &den,
                     SourceRange range);
  Den evalReduce(const ast::ReduceExpr &node, const ast::Expr &expr,
                 Frame &frame);
  Den evalList(const ast::ListExpr &node, const ast::Expr &expr, Frame &frame);
  Den evalBlockValue(const ast::Block &block, Frame &frame);
  Den memberExpr(const ast::Expr &expr, Frame &frame);
  Den evalAscribe(const ast::AscribeExpr &node, const ast::Expr &expr,
                  Frame &frame);
  std::optional<Tensor> tensorOf(const Den &den, SourceRange range,
                                 Frame &frame);
  std::optional<Tensor> tensor(const ast::Expr &expr, Frame &frame);
  std::optional<Tensor> floatTensor(const ast::Expr &expr, Frame &frame);
  Den arithmetic(const std::string &op, const Den &a, const Den &b,
                 const ast::BinaryExpr &node, Frame &frame);
  Den power(const Den &a, const Den &b, SourceRange base, SourceRange exponent,
            SourceRange range, Frame &frame);
  Den folded(double value, bool finite, SourceRange range);
  void powerError(const Tensor &x, const std::string &exponent,
                  SourceRange range);
  Den comparison(const std::string &op, const Den &a, const Den &b,
                 SourceRange range, Frame &frame);
  Den matmul(const Den &a, const Den &b, SourceRange range, Frame &frame);
  Tensor contract(const Tensor &x, const Tensor &y, size_t sharedX,
                  size_t sharedY);
  bool isConvexOver(const Tensor &t, const std::vector<BinderId> &over) const;
  Tensor contractLabels(Tensor x, Tensor y, const std::vector<BinderId> &over);
  std::optional<std::vector<int64_t>>
  inferRange(const std::string &name, const ast::Expr &body, Frame &frame);
  Den sumOver(const std::vector<BinderId> &binders, const ast::Expr &body,
              const ast::Expr *guard, Frame &frame, const std::string &op);
  std::optional<Tensor> truth(const ast::Expr &expr, Frame &frame);
  std::optional<Tensor> guarded(Tensor body, const ast::Expr &guard,
                                double otherwise, Frame &frame);
  Tensor reduceLabels(const std::string &kind, const Tensor &t,
                      const std::vector<BinderId> &binders, bool spread);
  Den vecOver(const std::vector<BinderId> &binders, const ast::ReduceExpr &node,
              Frame &frame);
  void factors(const ast::Expr &expr, std::vector<const ast::Expr *> &out);

  //===--- Builtins (Builtins.cpp) ---===//
  static const std::vector<std::string> &builtinNames();
  std::optional<Den> callBuiltin(const std::string &name,
                                 const ast::CallExpr &node,
                                 const ast::Expr &expr, Frame &frame);
  Den applyUnary(const std::string &op, const Den &arg, SourceRange range,
                 Frame &frame);
  Den reduceAll(const std::string &kind, const Den &arg, SourceRange range,
                Frame &frame);
  Den cut(const std::string &how, const ast::CallExpr &node,
          const ast::Expr &expr, Frame &frame, bool view);
  std::optional<std::vector<std::vector<int64_t>>>
  cutParts(const std::string &how, const std::vector<int64_t> &shape,
           const std::vector<int64_t> &sizes, SourceRange range,
           std::vector<std::vector<int64_t>> &shapes);
  void domainError(const std::string &op, const Tensor &x, SourceRange range);
  Den extremeCall(const std::string &name, const std::vector<Den> &args,
                  SourceRange range, Frame &frame);

  //===--- Derivatives (Derivatives.cpp, Seeds.cpp) ---===//
  Den derivative(const ast::DerivExpr &node, const ast::Expr &expr,
                 Frame &frame);
  std::optional<std::vector<Seed>> seedsOf(const ast::DerivExpr &node,
                                           const ast::Expr &expr, Frame &frame);
  bool seedValue(Seed &seed, Frame &frame);
  bool tangentOf(Seed &seed, Frame &frame);
  std::optional<Tensor> bodyValue(const ast::Expr &body, Frame &frame);
  std::optional<Tensor>
  varied(std::vector<Seed> &seeds, const std::string &spelling,
         typed::Region &region,
         const std::function<std::optional<Tensor>()> &body);
  Tensor derivOp(const std::string &name, const std::vector<Seed> &seeds,
                 typed::Region region, const Tensor &value,
                 const std::vector<Space> &results,
                 std::vector<Tensor> *all = nullptr);
  std::optional<Tensor> gradOf(std::vector<Seed> &seeds,
                               const std::string &spelling,
                               const ast::Expr &body, Frame &frame,
                               std::vector<Tensor> *all = nullptr);
  std::optional<Den> throughSeeds(const Den &found, const std::string &name,
                                  SourceRange range);
  bool mayDependOn(const Den &found, const Seeding &seeding) const;
  void dependsOnSeed(const std::string &name, SourceRange range,
                     const Seeding &seeding);

  //===--- Calls (Calls.cpp, Arguments.cpp, Instances.cpp) ---===//
  Den evalCall(const ast::CallExpr &node, const ast::Expr &expr, Frame &frame,
               const ast::SpaceExpr *ascribed = nullptr);
  Den callFunction(const Callable &callable, const ast::CallExpr &node,
                   SourceRange range, Frame &frame,
                   const ast::SpaceExpr *ascribed);
  std::optional<Space> demandOfBody(const ast::SpaceExpr *result,
                                    const ast::Expr *body, Frame &callee);
  Den callMethod(const Den &method, const ast::CallExpr &node,
                 SourceRange range, Frame &frame);
  bool bindArguments(const ast::Parameters &params, const ast::CallExpr &node,
                     SourceRange range, Frame &caller, Frame &callee,
                     const std::string &name);
  bool bindGroup(const std::vector<ast::Parameter> &params,
                 const std::vector<ast::Arg> &args, SourceRange range,
                 Frame &caller, Frame &callee, const std::string &name);
  bool bindParameter(const ast::Parameter &param, Den value, SourceRange range,
                     Frame &callee, const std::string &name);
  std::optional<Den> fitted(const ast::SpaceExpr &declared, Den value,
                            SourceRange range, Frame &callee,
                            const std::string &what);
  std::optional<Den> fittedValue(const ast::SpaceExpr &declared, Den value,
                                 SourceRange range, Frame &callee,
                                 const std::string &what);
  Frame enter(const Callable &callable);
  const std::vector<ast::Static> *staticsOf(const Callable &callable);
  Den functionBody(const Callable &callable, Frame &callee, SourceRange range);
  CallablePtr makeInstance(const Callable &callable,
                           const std::vector<ast::Slot> &slots, Frame &frame,
                           SourceRange range);
  bool ready(const Callable &callable, SourceRange range);
  Den chart(const Tensor &raw, const Space &space, SourceRange range);
  Den chartSplit(const Tensor &raw, const std::vector<Space> &spaces,
                 bool tuple, SourceRange range);
  InstancesPtr child(Frame &frame, const std::string &name,
                     const ast::DefItem *def);
  Den paramStmt(const ast::ParamStmt &stmt, Frame &frame, SourceRange range);
  typed::Region initRegion(const ast::ParamStmt &stmt, const Space &space,
                           Frame &frame);
  Tensor initValue(const ast::Expr *init, const Space &space, Frame &frame,
                   const std::string &path);
  std::optional<Tensor> initDraw(const std::string &how, const Space &space,
                                 const std::vector<double> &args,
                                 SourceRange range);
  Tensor randomPermutation(const std::vector<int64_t> &shape);
  Den evalFirst(const ast::CallExpr &node, const ast::Expr &expr, Frame &frame);

  //===--- Flows (Flows.cpp, Statements.cpp, Loops.cpp) ---===//
  void block(const ast::Block &block, Frame &frame);
  void statement(const ast::Stmt &stmt, Frame &frame);
  void letStmt(const ast::LetStmt &stmt, Frame &frame, SourceRange range);
  void viewStmt(const ast::LetStmt &stmt, Frame &frame, SourceRange range);
  void bindPattern(const ast::Pattern &pattern, const Den &den, Frame &frame);
  void mergeViews(size_t first);
  void updateStmt(const ast::UpdateStmt &stmt, Frame &frame, SourceRange range);
  void inverseBy(const ast::Expr &inverse, const Den &place,
                 const Space &before, Frame &frame);
  void exprStmt(const ast::Expr &expr, Frame &frame);
  void forStmt(const ast::ForStmt &stmt, Frame &frame, SourceRange range);
  bool keepGuarded(const ast::Expr &guard, const ast::EachStmt &stmt,
                   std::vector<std::vector<int64_t>> &values, Frame &frame);
  bool openEach(const ast::EachStmt &stmt, Frame &inner, bool &empty,
                const RangeOf &infer);
  void eachStmt(const ast::EachStmt &stmt, Frame &frame, SourceRange range);
  void checkLoopUses(const std::vector<Use> &uses, size_t firstInside,
                     uint64_t start);
  void repeatBlock(int64_t count, const std::string &what, Frame &frame,
                   SourceRange range, const std::function<void(Frame &)> &body,
                   const std::string *indexName);
  bool isFlow(const Den &den) const;
  bool tryFlowCall(const ast::Expr &expr, Frame &frame,
                   const std::vector<Den> *target);
  void applyFlow(const Den &flow, const std::vector<Den> &places,
                 const ast::CallExpr *call, Frame &frame, SourceRange range);
  void applyDecl(const Callable &flow, const std::vector<Den> &places,
                 const ast::CallExpr *call, Frame &frame, SourceRange range);
  void flowBody(const Callable &flow, const std::vector<Den> &targets,
                Frame &callee);
  std::vector<Den> placeLeaves(const ast::Expr &expr, Frame &frame);
  void requireStmt(const ast::OutStmt &stmt, Frame &frame, SourceRange range);

  //===--- Dynamics (Dynamics.cpp) ---===//
  Den rungeKutta(const ast::CallExpr &node, const ast::Expr &expr,
                 Frame &frame);
  Den odeFlow(const ast::CallExpr &node, const ast::Expr &expr, Frame &frame);
  void applyOde(const Callable &ode, const Den &target, Frame &frame,
                SourceRange range);
  std::optional<Tensor> velocity(const Callable &ode, const Tensor &x,
                                 const Tensor &t, Frame &frame);

  //===--- Laws (Laws.cpp, LawBodies.cpp, Generative.cpp, Dists.cpp) ---===//
  Den evalLawCall(const Den &base, const ast::CallExpr &node,
                  const ast::Expr &expr, Frame &frame);
  Den lawConstructor(const std::string &name, const ast::CallExpr &node,
                     const ast::Expr &expr, Frame &frame);
  LawPtr lawOf(const Den &den, SourceRange range, Frame &frame);
  std::optional<Space> flowStart(const Den &flow,
                                 const std::vector<int64_t> &shape);
  std::optional<Space> flowHeader(const Den &flow);
  bool isTransformed(const Law &law) const;
  std::optional<Space> ownSpace(const Law &law);
  bool canSample(const Law &law) const;
  bool canDensity(const Law &law) const;
  std::optional<Tensor> logpOf(const Law &law, std::vector<Tensor> values,
                               SourceRange range);
  std::optional<std::vector<Tensor>>
  sampleOf(const Law &law, const Space &target, SourceRange range);
  std::optional<Tensor> namedLogp(const Law &law,
                                  const std::vector<Tensor> &values,
                                  SourceRange range);
  Tensor appendLogp(DistId dist, std::vector<ValueId> operands);
  std::optional<Tensor> declLogp(const Law &law, std::vector<Tensor> values,
                                 SourceRange range);
  std::optional<std::vector<Tensor>>
  declSample(const Law &law, const Space &target, SourceRange range);
  std::optional<std::vector<std::vector<Tensor>>>
  productParts(const Law &law, const std::vector<Tensor> &values,
               SourceRange range);
  std::vector<BinderId> liftBinders(const Law &law,
                                    const std::vector<int64_t> &shape);
  bool enterLaw(const Law &law, const std::vector<Space> &subject,
                const std::vector<BinderId> &lift, Frame &callee,
                SourceRange range, const std::vector<Tensor> *values = nullptr,
                bool draws = false);
  bool bindLawConditions(const Law &law, const std::vector<BinderId> &lift,
                         Frame &callee, SourceRange range);
  std::optional<Tensor> memberValue(const Law &law, const std::string &name,
                                    const Tensor &value, SourceRange range);
  void sharedLines(const ast::Block &block, Frame &frame);
  bool generative(const ast::Block &block, Frame &frame,
                  std::optional<Tensor> *total,
                  const std::vector<BinderId> &over);
  bool drawStmt(const ast::DrawStmt &stmt, Frame &frame,
                std::optional<Tensor> *total,
                const std::vector<BinderId> &over);
  bool drawPiece(const ast::Expr &target, Partial &partial, const Law &law,
                 Frame &frame, SourceRange range);
  Den partialValue(Partial &partial);
  bool isDrawn(const Partial &partial, const std::vector<ast::Slot> *slots,
               Frame &frame, SourceRange range);
  std::optional<DistId>
  tryMakeDist(const Law &law, const std::optional<Space> &demand,
              const std::string &name, SourceRange range,
              const std::vector<typed::Condition> &conditions = {});
  std::optional<DistId>
  makeMembers(const Law &law, const Space &subject, const std::string &name,
              SourceRange range,
              const std::vector<typed::Condition> &conditions);
  std::optional<DistId>
  makeTransformed(const Law &law, const std::optional<Space> &demand,
                  const std::string &name, SourceRange range,
                  const std::vector<typed::Condition> &conditions);
  typed::Region memberRegion(
      const std::string &site, const std::vector<Space> &args,
      const std::vector<std::string> &names,
      const std::vector<typed::Condition> &conditions,
      const std::function<void(typed::Region &, std::vector<Tensor>)> &body);
  DistId standardDist(const Space &space, SourceRange range);
  void wrongCodomain(const Space &have, const Space &want,
                     const std::string &base, SourceRange range);
  std::optional<DistId> requireDist(NamedDist &named,
                                    const std::optional<Space> &demand,
                                    SourceRange range);

  //===--- Conditions of laws (Conditions.cpp) ---===//
  std::vector<typed::Condition> conditionsOf(const ast::DefItem &def,
                                             Frame &frame);
  Den argumentOf(const Space &space, const std::string &name,
                 std::vector<ValueId> &args,
                 std::vector<ValueId> *reused = nullptr);
  bool arraysOf(const Den &den, const Space &space, SourceRange range,
                std::vector<ValueId> &arrays);
  bool bindSubjectNames(const ast::Parameters &params, const Space &subject,
                        Frame &frame, SourceRange range,
                        const std::string &name);
  std::optional<std::vector<ValueId>>
  conditionOperands(const Law &law, DistId id, SourceRange range);
  bool deferConditions(const Law &law,
                       const std::vector<typed::Condition> &open, Frame &callee,
                       SourceRange range);
  bool missingCondition(const Law &law, const ast::Parameter &param,
                        SourceRange range);
  std::optional<std::vector<const ast::Arg *>>
  conditionArguments(const Law &law, const std::vector<ast::Parameter> &params);
  //===--- Rows of data (DataRows.cpp) ---===//
  Space withoutConditions(const Space &data, const ast::Parameters &law);
  std::optional<typed::Rows> rowsOf(DistId dist, DataId data,
                                    std::string *why = nullptr,
                                    bool part = false);
  std::optional<Tensor> rowLogp(const std::shared_ptr<NamedDist> &model,
                                DataId data, const std::vector<Den> &fields,
                                SourceRange range);

  //===--- Losses and checks (Expectations.cpp, Training.cpp, Checks.cpp)
  //---===//
  std::optional<ExpectSource> findExpectation(const ast::Expr &expr,
                                              Frame &frame);
  std::optional<typed::Expectation> expectation(const ExpectSource &source,
                                                bool inTrain);
  bool requirePathwise(DistId id, const Law &law, SourceRange range);
  bool drawBinding(const ast::DrawBinding &draw, Frame &frame,
                   typed::Expectation &made, typed::Region &region,
                   bool inTrain, size_t first);
  bool dataDraw(typed::Expectation::Draw &item, const typed::Expectation &made,
                size_t first, SourceRange range);
  std::optional<Tensor> expectTerm(const ExpectTerm &term, bool inTrain,
                                   typed::Expectation &made,
                                   typed::Region &region);
  std::optional<typed::Expectation> plainExpectation(const ast::Expr &expr,
                                                     Frame &frame);
  std::optional<typed::Expectation>
  nllLoss(const std::vector<std::shared_ptr<NamedDist>> &models,
          const typed::Expectation::Draw &rows, SourceRange range);
  std::optional<std::string> trainedPath(const ast::Ident &name, Frame &frame);
  bool trainingData(typed::Train &train, SourceRange range);
  void trainItem(const ast::TrainItem &item, SourceRange range);
  bool lossOf(const ast::Setting &setting,
              const std::vector<std::shared_ptr<NamedDist>> &models,
              typed::Train &train, const Law *source, Frame &frame);
  std::optional<DistId> drawnFrom(const Law &law, Space space);
  void notALoss(SourceRange range);
  void trainSetting(const ast::Setting &setting, typed::Train &train,
                    Frame &frame);
  void optimizer(const ast::Setting &setting, typed::Train &train,
                 Frame &frame);
  std::optional<double> settingNumber(const ast::Setting &setting, Frame &frame,
                                      double least, bool whole);
  void demandTraining(const ast::TrainItem &item);
  std::optional<typed::Check> check(const ast::CheckStmt &stmt, Frame &frame,
                                    SourceRange range);
  void nameForChecks(DistId id, const std::string &place);
  bool measureCheck(const ast::CallExpr &call, const std::string &measure,
                    typed::Check &check, Frame &frame, SourceRange range);
  bool dependenceCheck(const ast::CallExpr &call, const ast::BinaryExpr &stated,
                       typed::Check &check, Frame &frame, SourceRange range);
  std::optional<DistId> checkedDist(const ast::CallExpr &call, Frame &frame,
                                    SourceRange range);
  bool isTruth(const ast::Expr &expr, Frame &frame);
  std::optional<typed::Expectation>
  difference(const ast::Expr &a, const ast::Expr &b, Frame &frame);
  std::optional<typed::Expectation> checkSide(const ast::Expr &expr,
                                              Frame &frame,
                                              std::optional<double> &constant);

  //===--- Top level (TopLevel.cpp) ---===//
  void dataItem(const ast::DataItem &item, Module &module, SourceRange range);
  void drawnData(const ast::DataItem &item, const ast::RepeatExpr &drawn,
                 typed::Data data, Module &module);
  std::optional<Space> drawnRow(const ast::DataItem &item,
                                const ast::RepeatExpr &drawn, Frame &frame,
                                typed::Region &region);
  void dataArgument(const ast::Arg &arg, typed::Data &data, Frame &frame);
  void testItem(const ast::TestItem &item, SourceRange range);
  void mainItem(const ast::MainItem &item);
  bool standsAlone(const Callable &callable);
  bool hasFreeName(const ast::SpaceExpr &expr, Frame &frame);
  Frame topFrame();
  const ModuleSet &modules;
  bool tests;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_ELABORATOR_H
