// The lane dialect: per-sample tensor calculus with an implied batch.
#ifndef RILL_LANE_DIALECT_TD
#define RILL_LANE_DIALECT_TD

include "mlir/IR/OpBase.td"

def Lane_Dialect : Dialect {
  let name = "lane";
  let cppNamespace = "::rill::lane";
  let summary = "per-sample tensor calculus with an implied batch";
  let description = [{
    Every value is one sample's tensor, or (rate `inv`) one tensor for the whole
    batch. See docs/decisions/0002-lane-operations.md and ../Rationale.md.
  }];
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1; // rewrites in LaneRewrites.cpp, LaneShapeRewrites.cpp
}

#endif
