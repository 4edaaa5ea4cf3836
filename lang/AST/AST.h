//===- AST.h - Abstract syntax of Rill --------------------------*- C++ -*-===//
//
// The tree that the parser builds, one node per construct of Grammar/Rill.g4.
// Names are unresolved and nothing is typed here; sugar is kept, so that the
// formatter can print what was written. Nodes are owned by unique_ptr and are
// never shared.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_AST_AST_H
#define RILL_LANG_AST_AST_H

#include "Support/Source.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rill::lang::ast {

struct Expr;
struct Stmt;
struct SpaceExpr;
using ExprPtr = std::unique_ptr<Expr>;
using StmtPtr = std::unique_ptr<Stmt>;
using SpacePtr = std::unique_ptr<SpaceExpr>;

/// An identifier at its place.
struct Ident {
  std::string text;
  SourceRange range;
};

struct Block {
  std::vector<StmtPtr> stmts;
  SourceRange range;
  bool multiline = false; ///< written over several lines
};

/// `x` or `(a, (b, c))` on the left of `let` and `view`.
struct Pattern {
  std::optional<Ident> name; ///< set for a leaf
  std::vector<Pattern> parts;
  SourceRange range;
};

//===----------------------------------------------------------------------===//
// Spaces
//===----------------------------------------------------------------------===//

struct Slot; // an index slot

/// `Real[D/2]`, `std.x.S(3)`, `(x: A, y: B)`, `fn(A) -> B`, a literal size,
/// each possibly followed by `?`.
struct SpaceField {
  std::optional<Ident> name;
  SpacePtr space;
};
struct SpaceExpr {
  enum class Kind { Named, Product, Function, Number } kind;
  SourceRange range;
  std::vector<Ident> path;        ///< Named
  std::vector<ExprPtr> args;      ///< Named: `Interval(0, 1)`
  std::vector<SpaceField> fields; ///< Product; Function: parameters
  SpacePtr result;                ///< Function
  double number = 0;              ///< Number
  std::string spelling;           ///< Number, as written
  /// `[..][..]` after the atom, in source order; each group is one list.
  std::vector<std::vector<Slot>> index;
  bool optional = false; ///< `?`
};

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

/// `(name = value)`; after the bar in `conditions`.
struct Arg {
  std::optional<Ident> name;
  ExprPtr value;
};

struct Slot {
  enum class Kind {
    Expr,
    From,
    UpTo,
    All,
    Less,
    LessEq,
    Greater,
    GreaterEq
  } kind;
  std::optional<Ident> name; ///< `[x = v]`
  ExprPtr value;             ///< null for All
  SourceRange range;
};

/// `i: D` of `sum`, `vec`, `each`; the range may be inferred.
struct Binder {
  Ident name;
  ExprPtr range; ///< null when inferred
};

/// `x ~ law`, `(a, b): S ~ law` or `x = e` of `E[...]`.
struct DrawBinding {
  Pattern pattern;
  SpacePtr space; ///< may be null
  bool isDraw;    ///< `~` rather than `=`
  ExprPtr value;
};

/// `x`, `p.x`, `z = v` inside `grad[..]`, `jvp[..]`.
struct Seed {
  std::vector<Ident> path;
  ExprPtr value; ///< may be null
};

/// `id (: space)? (~ law)? (= default)?`; `arrow` when preceded by `->`.
struct Parameter {
  Ident name;
  SpacePtr space;
  ExprPtr law;
  ExprPtr defaultValue;
  bool arrow = false;
};
/// `( subject bar conditions )`.
struct Parameters {
  std::vector<Parameter> subject;
  std::vector<Parameter> conditions;
  bool hasBar = false;
  SourceRange range;
};

struct NameExpr {
  std::string name;
};
/// `value` is the number meant: 0.1 for `10%`.
struct NumberExpr {
  double value;
  bool percent;
  std::string spelling;
};
struct StringExpr {
  std::string value;
}; ///< escapes resolved
struct BoolExpr {
  bool value;
};
struct NullExpr {};
struct TupleExpr {
  std::vector<ExprPtr> items;
}; ///< two or more
struct ListExpr {
  std::vector<ExprPtr> items;
};
struct BlockExpr {
  Block block;
};
struct CallExpr {
  ExprPtr callee;
  std::vector<Arg> args;
  std::vector<Arg> conditions;
  bool hasBar;
};
struct IndexExpr {
  ExprPtr base;
  std::vector<Slot> slots;
};
struct MemberExpr {
  ExprPtr base;
  Ident member;
};
/// `-`, `not`.
struct UnaryExpr {
  std::string op;
  ExprPtr operand;
};
/// `+ - * / @ ^ < <= > >= == != in and or >> ..`.
struct BinaryExpr {
  std::string op;
  ExprPtr lhs, rhs;
  SourceRange opRange;
};
/// `sum mean vec prod max min argmax argmin logsumexp all any` with binders.
struct ReduceExpr {
  std::string op;
  std::vector<Binder> binders;
  ExprPtr guard; ///< may be null
  ExprPtr body;
};
struct ExpectExpr {
  std::vector<DrawBinding> draws;
  ExprPtr count;
  ExprPtr body;
};
/// `grad div jvp vjp jac laplacian`.
struct DerivExpr {
  std::string op;
  std::vector<Seed> seeds;
  ExprPtr body;
};
struct IfExpr {
  ExprPtr condition;
  ExprPtr thenExpr, elseExpr;                ///< `if c then a else b`
  std::optional<Block> thenBlock, elseBlock; ///< `if c { } else { }`
};
struct LambdaExpr {
  Parameters params;
  ExprPtr body;
};
struct AscribeExpr {
  ExprPtr value;
  SpacePtr space;
}; ///< `e -> S`
/// `repeat n {}`, `draw n {}`, `estimate n {}`.
struct RepeatExpr {
  std::string kind;
  ExprPtr count;
  Block block;
};
struct ScanCarry {
  Ident name;
  SpacePtr space;
  ExprPtr init;
};
struct ScanExpr {
  Ident index;
  ExprPtr range;
  std::vector<ScanCarry> carries;
  Block block;
};
struct OverExpr {
  ExprPtr rule, times, from;
}; ///< `rule over times from law`

struct Expr {
  SourceRange range;          ///< with the parentheses, when there are any
  bool parenthesized = false; ///< written `(e)`
  std::variant<NameExpr, NumberExpr, StringExpr, BoolExpr, NullExpr, TupleExpr,
               ListExpr, BlockExpr, CallExpr, IndexExpr, MemberExpr, UnaryExpr,
               BinaryExpr, ReduceExpr, ExpectExpr, DerivExpr, IfExpr,
               LambdaExpr, AscribeExpr, RepeatExpr, ScanExpr, OverExpr>
      node;

  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

struct LetStmt {
  bool isView;
  Pattern pattern;
  std::optional<Parameters> params;
  SpacePtr space;
  ExprPtr value;
};
struct ParamStmt {
  Ident name;
  SpacePtr space;
  ExprPtr init;
};
/// `out`, `target`, `require`.
struct OutStmt {
  std::string kind;
  ExprPtr value;
};
/// A statement of the top level or of a `test`; `condition` may be a
/// comparison.
struct CheckStmt {
  std::optional<std::string> label;
  ExprPtr condition;
  ExprPtr within;
};
struct FwdRevStmt {
  bool isForward;
  Block block;
};
struct ForStmt {
  Pattern pattern;
  ExprPtr range;
  Block block;
};
struct EachStmt {
  std::vector<Binder> binders;
  ExprPtr guard;
  Block block;
};
struct EvolveStmt {
  Ident index;
  ExprPtr range;
  Block block;
};
struct CloudStmt {
  Ident name;
  SpacePtr space;
  ExprPtr law;
};
struct Static {
  Ident name;
  bool variadic;
  ExprPtr defaultValue;
};
struct LocalFnStmt {
  Ident name;
  bool hasStatics;
  std::vector<Static> statics;
  Parameters params;
  SpacePtr result;
  ExprPtr body;
  std::optional<Block> block;
};
struct ExprStmt {
  ExprPtr value;
};
struct DrawStmt {
  ExprPtr target;
  SpacePtr space;
  ExprPtr law;
}; ///< `x ~ law`
struct AssignStmt {
  ExprPtr target;
  ExprPtr value;
}; ///< `x = e`
/// `place := e`, `+=`, `-=`, with an optional `inverse by`.
struct UpdateStmt {
  std::string op;
  ExprPtr place;
  ExprPtr value;
  ExprPtr inverse;
};

struct Stmt {
  SourceRange range;
  bool blankBefore = false; ///< an empty line separates it from what precedes
  std::variant<LetStmt, ParamStmt, OutStmt, CheckStmt, FwdRevStmt, ForStmt,
               EachStmt, EvolveStmt, CloudStmt, LocalFnStmt, ExprStmt, DrawStmt,
               AssignStmt, UpdateStmt>
      node;

  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

struct UseItem {
  std::vector<Ident> path;
  std::vector<Ident> names;
};
struct MainItem {
  std::vector<Ident> names;
};
struct DataItem {
  Ident name;
  SpacePtr space;
  ExprPtr value;
};
/// `kind name[statics](params) -> S = e where {}` | `~ e` | `{ block }`.
/// A `fn` of the top level is a DefItem, one inside a block a LocalFnStmt.
struct DefItem {
  std::string kind; ///< net flow dist energy pair chain path loss sampler
                    ///< circuit semiring space draw fn
  Ident name;
  bool hasStatics;
  std::vector<Static> statics;
  std::optional<Parameters> params;
  SpacePtr result;
  bool isLaw; ///< `~` rather than `=`
  ExprPtr body;
  std::optional<Block> where;
  std::optional<Block> block;
  std::string doc; ///< `///` lines before it, joined
};
/// One line of a settings block.
struct Setting {
  /// `name`, `adam(1e-3)`, `batch 256` or `minimize e`, `alternate { }`.
  enum class Form { Bare, Call, Value, Nested } form = Form::Bare;
  Ident name;            ///< `minimize`, `adam`, `batch`, ...
  std::vector<Arg> args; ///< Call: all; Value: one without a name
  std::vector<Setting> nested;
  bool multiline = false;
  SourceRange range;
};
struct TrainItem {
  std::vector<Ident> names;
  ExprPtr on;
  ExprPtr by;
  std::vector<Setting> settings;
  SourceRange bodyRange;
  bool multiline = false;
};
/// The label is "" when none is written.
struct TestItem {
  std::string label;
  Block block;
};
/// `state s: S = e`, `act a(i: I) when g { }` or `-> end`, `turn e`,
/// `reward e`, `let f(x) = e` of an environment.
struct EnvEntry {
  enum class Kind { State, Act, Turn, Reward, Let } kind;
  Ident name;      ///< State, Act
  Pattern pattern; ///< Let
  std::optional<Parameters> params;
  SpacePtr space;
  ExprPtr value; ///< initial state, turn, reward, let
  ExprPtr guard;
  std::optional<Block> block; ///< Act; absent for `-> end`
  SourceRange range;
};
struct EnvItem {
  Ident name;
  bool hasStatics;
  std::vector<Static> statics;
  std::optional<Parameters> params;
  std::vector<EnvEntry> entries;
  SourceRange bodyRange; ///< of the braces
  bool multiline = false;
};
struct StmtItem {
  StmtPtr stmt;
};

struct Item {
  SourceRange range;
  bool blankBefore = false;
  std::variant<UseItem, MainItem, DataItem, DefItem, TrainItem, TestItem,
               EnvItem, StmtItem>
      node;

  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

/// `// ...` or `/// ...`, kept for the formatter.
struct Comment {
  SourceRange range;
  std::string text; ///< with its slashes, without trailing blanks
  bool ownLine;     ///< nothing but blanks before it
  bool blankBefore; ///< an empty line before it
};

struct File {
  FileId file = 0;
  std::vector<Item> items;
  std::vector<Comment> comments; ///< in source order
};

} // namespace rill::lang::ast

#endif // RILL_LANG_AST_AST_H
