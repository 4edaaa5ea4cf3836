// All operations of the lane dialect; see docs/decisions/0002.
#ifndef RILL_LANE_OPS_TD
#define RILL_LANE_OPS_TD

include "Lane/IR/LaneElementwiseOps.td"
include "Lane/IR/LaneStructuralOps.td"
include "Lane/IR/LaneControlOps.td"

#endif
