//===- Interpret.cpp - rill interpret -------------------------------------===//
//
// Log-densities of rows by the f64 interpreter of the lane dialect: the oracle,
// for users who want to see a figure that no code generator touched.
//
//===----------------------------------------------------------------------===//

#include "pipeline/Commands.h"

#include "Lane/IR/LaneOps.h"
#include "Lane/Interp/Interp.h"
#include "Runtime/Data.h"
#include "Runtime/Error.h"
#include "Runtime/Given.h"
#include "Runtime/ParamsFile.h"
#include "Runtime/RowWriter.h"
#include "import/Entries.h"
#include "pipeline/Pipeline.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace rill;
using namespace rill::pipeline;

/// One argument of the density: an array of the rows, or a parameter.
static lane::Array argument(llvm::StringRef role, lane::TensorType type,
                            const rt::TypedRows &rows, size_t &next,
                            const rt::Params &params) {
  lane::Array array;
  array.shape.assign(type.getShape().begin(), type.getShape().end());
  array.inv = type.getInv();
  int64_t size = type.getNumElements(), index;
  if (role.consume_front("param:") && !role.getAsInteger(10, index)) {
    for (int64_t i = 0; i < size; ++i)
      array.data.push_back(params.get(int(index), i));
    return array;
  }
  for (int64_t i = 0; i < rows.rows() * size; ++i)
    array.data.push_back(rt::loadElement(rows.at(next, 0), rt::Type::F64, i));
  ++next;
  return array;
}

static void interpret(const CommandOptions &options, Compilation &compilation) {
  rt::Plan plan = rt::parsePlan(compilation.print(Stage::Plan).c_str());
  rt::Params params(plan.params, plan.type());
  rt::loadParams(options.params, plan, params);
  const rt::DistSpec *dist = plan.findDist(plan.main);
  if (!dist || dist->logp.empty())
    throw rt::Error("the program's main law has no density");
  rt::Table subject = rt::readRows(options.input, "--in", dist->fields, {});
  rt::requireInside(subject, dist->fields, "'" + options.input + "'");
  rt::Given given(*dist, plan.dataOf(*dist), options.given);
  given.requireRows(subject.rows, "'" + options.input + "'");
  const rt::Table rows = subject.beside(given.at(0, subject.rows));
  const std::vector<rt::Field> inputs = dist->inputs();
  // Every array in double, as the interpreter has it.
  const rt::TypedRows typed(
      rows, inputs, std::vector<rt::Type>(2 * inputs.size(), rt::Type::F64));

  auto function =
      compilation.module().lookupSymbol<mlir::func::FuncOp>(dist->logp);
  std::vector<lane::Array> arguments;
  size_t next = 0;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto role = function.getArgAttrOfType<mlir::StringAttr>(i, import::argAttr);
    auto type = llvm::cast<lane::TensorType>(function.getArgumentTypes()[i]);
    arguments.push_back(argument(role.getValue(), type, typed, next, params));
  }
  lane::InterpContext context;
  context.batch = rows.rows;
  auto results = lane::interpret(function, arguments, context);
  if (!results)
    throw rt::Error("internal error: " + llvm::toString(results.takeError()));
  rt::Table densities;
  densities.rows = rows.rows;
  densities.width = 1;
  densities.values = (*results)[0].data;
  rt::RowWriter writer(options.output, rt::Type::F64, rows.rows, {}, {"logp"});
  writer.append(densities);
  writer.commit();
}

int rill::pipeline::runInterpret(const CommandOptions &options) {
  Compilation compilation(options.file, {});
  bool ok = compilation.run(Stage::LaneGrad);
  llvm::errs() << compilation.diagnostics(isatty(STDERR_FILENO));
  if (!ok)
    return 1;
  try {
    interpret(options, compilation);
  } catch (const rt::Error &error) {
    llvm::errs() << rt::render(error);
    return 1;
  }
  return 0;
}
