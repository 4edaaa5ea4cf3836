// The closed sets of names that lane operations take as attributes.
#ifndef RILL_LANE_ENUMS_TD
#define RILL_LANE_ENUMS_TD

include "mlir/IR/EnumAttr.td"

class Lane_Enum<string name, string what, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, what, cases> {
  let cppNamespace = "::rill::lane";
}

def Lane_Predicate : Lane_Enum<"Predicate", "comparison", [
  I32EnumAttrCase<"lt", 0>, I32EnumAttrCase<"le", 1>, I32EnumAttrCase<"gt", 2>,
  I32EnumAttrCase<"ge", 3>, I32EnumAttrCase<"eq", 4>, I32EnumAttrCase<"ne", 5>]>;

def Lane_ReduceKind : Lane_Enum<"ReduceKind", "reduction over axes", [
  I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"prod", 1>,
  I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"min", 3>,
  I32EnumAttrCase<"logsumexp", 4>, I32EnumAttrCase<"any", 5>,
  I32EnumAttrCase<"all", 6>]>;

def Lane_BatchKind : Lane_Enum<"BatchKind", "reduction over the batch", [
  I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"max", 1>,
  I32EnumAttrCase<"min", 2>]>;

def Lane_Law : Lane_Enum<"Law", "law of a draw", [
  I32EnumAttrCase<"uniform", 0>, I32EnumAttrCase<"normal", 1>,
  I32EnumAttrCase<"bits", 2>]>;

#endif
