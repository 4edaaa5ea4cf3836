//===- LaneRun.cpp - Lane functions as native code, in tests --------------===//
//
// See LaneRun.h.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"

#include "Lane/Transforms/Passes.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <cstring>

using namespace mlir;
using namespace rill;
using namespace rill::test;

void rill::test::registerLaneDialects(DialectRegistry &registry) {
  registry.insert<func::FuncDialect, lane::LaneDialect, tile::TileDialect>();
  func::registerInlinerExtension(registry);
  cpu::registerCpuDialects(registry);
}

static llvm::Error failedAt(const char *stage, const std::string &why) {
  return llvm::createStringError("%s failed: %s", stage, why.c_str());
}

llvm::Expected<NativeLane>
NativeLane::compile(ModuleOp given, ArrayRef<StringRef> entries,
                    cpu::Targets targets,
                    const tile::LaneToTileOptions &options) {
  OwningOpRef<ModuleOp> module(given.clone());
  MLIRContext *context = module->getContext();
  std::string errors;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.str() + "\n";
    return success();
  });
  std::map<std::string, Signature> signatures;
  for (StringRef entry : entries) {
    auto function = module->lookupSymbol<func::FuncOp>(entry);
    if (!function)
      return failedAt("lookup", entry.str());
    function->setAttr("rill.entry", UnitAttr::get(context));
    Signature &signature = signatures[entry.str()];
    for (Type type : function.getArgumentTypes())
      signature.elements.push_back(
          cast<lane::TensorType>(type).getElementType());
    signature.arguments = signature.elements.size();
    for (Type type : function.getResultTypes()) {
      auto tensor = cast<lane::TensorType>(type);
      signature.elements.push_back(tensor.getElementType());
      signature.results.push_back(
          {SmallVector<int64_t>(tensor.getShape()), tensor.getInv()});
    }
  }
  PassManager manager(context);
  lane::populateLanePipeline(manager);
  tile::populateTilePipeline(manager, options);
  if (failed(manager.run(*module)))
    return failedAt("lowering", errors);
  auto native = NativeProgram::compile(*module, targets);
  if (!native)
    return failedAt("code generation", errors);
  NativeLane result(std::move(*native));
  result.signatures = std::move(signatures);
  return std::move(result);
}

llvm::Expected<NativeLane>
NativeLane::compile(StringRef text, MLIRContext &context,
                    ArrayRef<StringRef> entries, cpu::Targets targets,
                    const tile::LaneToTileOptions &options) {
  auto module = parse(text, context);
  if (!module)
    return module.takeError();
  return compile(**module, entries, targets, options);
}

llvm::Expected<OwningOpRef<ModuleOp>> NativeLane::parse(StringRef text,
                                                        MLIRContext &context) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return failedAt("parsing", text.str());
  return std::move(module);
}

template <typename T>
static std::vector<char> packAs(const std::vector<double> &data) {
  std::vector<char> bytes(data.size() * sizeof(T));
  for (size_t i = 0; i < data.size(); ++i) {
    T value = static_cast<T>(data[i]);
    std::memcpy(&bytes[i * sizeof(T)], &value, sizeof(T));
  }
  return bytes;
}

template <typename T>
static std::vector<double> unpackAs(const std::vector<char> &bytes) {
  std::vector<double> data(bytes.size() / sizeof(T));
  for (size_t i = 0; i < data.size(); ++i) {
    T value;
    std::memcpy(&value, &bytes[i * sizeof(T)], sizeof(T));
    data[i] = static_cast<double>(value);
  }
  return data;
}

static std::vector<char> pack(Type type, const std::vector<double> &data) {
  if (type.isF32())
    return packAs<float>(data);
  if (type.isF64())
    return packAs<double>(data);
  return type.isInteger(1) ? packAs<uint8_t>(data) : packAs<int32_t>(data);
}

static std::vector<double> unpack(Type type, const std::vector<char> &bytes) {
  if (type.isF32())
    return unpackAs<float>(bytes);
  if (type.isF64())
    return unpackAs<double>(bytes);
  return type.isInteger(1) ? unpackAs<uint8_t>(bytes)
                           : unpackAs<int32_t>(bytes);
}

llvm::Expected<std::vector<lane::Array>>
NativeLane::run(StringRef function, ArrayRef<lane::Array> arguments,
                const lane::InterpContext &context, cpu::Isa isa,
                int workers) const {
  const Signature &signature = signatures.at(function.str());
  std::vector<std::vector<char>> in, out;
  std::vector<const void *> inPointers;
  std::vector<void *> outPointers;
  for (auto [k, argument] : llvm::enumerate(arguments))
    in.push_back(pack(signature.elements[k], argument.data));
  std::vector<lane::Array> results;
  for (auto [k, result] : llvm::enumerate(signature.results)) {
    results.push_back(
        lane::Array::filled(result.first, result.second, context.batch));
    Type type = signature.elements[signature.arguments + k];
    size_t bytes = pack(type, {0}).size() * results.back().data.size();
    out.emplace_back(bytes, char(0x7F));
  }
  for (auto &array : in)
    inPointers.push_back(array.data());
  for (auto &array : out)
    outPointers.push_back(array.data());
  CallOptions options;
  options.batch = context.batch;
  options.seed = context.seed;
  options.step = context.step;
  options.firstSample = context.firstSample;
  options.workers = workers;
  if (native.run(function, isa, inPointers, outPointers, options) != 0)
    return failedAt("the call", function.str());
  for (auto [k, result] : llvm::enumerate(results))
    result.data = unpack(signature.elements[signature.arguments + k], out[k]);
  return results;
}
