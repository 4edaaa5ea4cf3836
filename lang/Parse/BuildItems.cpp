//===- BuildItems.cpp - Declarations --------------------------------------===//
//
// Builds the items of a file and collects the documentation before them.
//
//===----------------------------------------------------------------------===//
#include "Parse/Build.h"

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::ParserRuleContext;
using antlr4::tree::ParseTree;

ast::Item Builder::item(Grammar::ItemContext *ctx) {
  ast::Item result;
  result.range = range(ctx);
  result.blankBefore = blankBefore(result.range);
  auto &node = result.node;
  if (ctx->use()) {
    node = use(ctx->use());
  } else if (auto *m = ctx->main()) {
    ast::MainItem item;
    for (auto *i : m->id())
      item.names.push_back(ident(i));
    node = std::move(item);
  } else if (ctx->data()) {
    node = data(ctx->data());
  } else if (ctx->train()) {
    node = train(ctx->train());
  } else if (ctx->test()) {
    node = test(ctx->test());
  } else if (ctx->env()) {
    node = env(ctx->env());
  } else if (ctx->def()) {
    node = def(ctx->def());
  } else {
    ast::StmtPtr s = stmt(ctx->stmt());
    if (auto *fn = std::get_if<ast::LocalFnStmt>(&s->node))
      node = topLevelFn(std::move(*fn), ctx);
    else
      node = ast::StmtItem{std::move(s)};
  }
  return result;
}

ast::UseItem Builder::use(Grammar::UseContext *ctx) {
  ast::UseItem result;
  bool inList = false;
  for (ParseTree *child : ctx->children) {
    inList |= tokenText(child) == "{";
    if (auto *n = dynamic_cast<Grammar::NameContext *>(child))
      (inList ? result.names : result.path).push_back(ident(n));
  }
  return result;
}

ast::DataItem Builder::data(Grammar::DataContext *ctx) {
  return {ident(ctx->id()), ctx->space() ? space(ctx->space()) : nullptr,
          expr(ctx->expr())};
}

/// The lines `///` directly before a declaration, without slashes.
std::string Builder::docBefore(ParserRuleContext *ctx) const {
  uint32_t lineStart = range(ctx).begin;
  while (lineStart > 0 && text[lineStart - 1] != '\n')
    --lineStart;
  std::vector<std::string_view> lines;
  while (lineStart > 0) {
    uint32_t end = lineStart - 1, begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
      --begin;
    std::string_view line = text.substr(begin, end - begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.substr(0, 3) != "///")
      break;
    line.remove_prefix(3);
    if (!line.empty() && line.front() == ' ')
      line.remove_prefix(1);
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    lines.push_back(line);
    lineStart = begin;
  }
  std::string doc;
  for (auto it = lines.rbegin(); it != lines.rend(); ++it) {
    if (!doc.empty())
      doc += '\n';
    doc += *it;
  }
  return doc;
}

ast::DefItem Builder::def(Grammar::DefContext *ctx) {
  ast::DefItem result;
  result.kind = ctx->kind() ? ctx->kind()->getText() : "draw";
  result.name = ident(ctx->id());
  result.hasStatics = ctx->statics() != nullptr;
  if (ctx->statics())
    result.statics = statics(ctx->statics());
  if (ctx->params())
    result.params = params(ctx->params());
  if (ctx->space())
    result.result = space(ctx->space());
  result.isLaw = hasToken(ctx, "~");
  if (ctx->expr())
    result.body = expr(ctx->expr());
  if (ctx->where())
    result.where = block(ctx->where()->block());
  if (ctx->block())
    result.block = block(ctx->block());
  result.doc = docBefore(ctx);
  return result;
}

ast::DefItem Builder::topLevelFn(ast::LocalFnStmt fn, ParserRuleContext *ctx) {
  ast::DefItem result;
  result.kind = "fn";
  result.name = std::move(fn.name);
  result.hasStatics = fn.hasStatics;
  result.statics = std::move(fn.statics);
  result.params = std::move(fn.params);
  result.result = std::move(fn.result);
  result.isLaw = false;
  result.body = std::move(fn.body);
  result.block = std::move(fn.block);
  result.doc = docBefore(ctx);
  return result;
}

ast::EnvItem Builder::env(Grammar::EnvContext *ctx) {
  ast::EnvItem result;
  result.name = ident(ctx->id());
  result.hasStatics = ctx->statics() != nullptr;
  if (ctx->statics())
    result.statics = statics(ctx->statics());
  if (ctx->params())
    result.params = params(ctx->params());
  for (auto *e : ctx->envItem())
    if (!e->exception)
      result.entries.push_back(envEntry(e));
  for (ParseTree *child : ctx->children)
    if (tokenText(child) == "{")
      result.bodyRange = {offsets.file(), tokenRange(child).begin,
                          range(ctx).end};
  result.multiline = spansLines(result.bodyRange);
  return result;
}

ast::EnvEntry Builder::envEntry(Grammar::EnvItemContext *ctx) {
  using Kind = ast::EnvEntry::Kind;
  ast::EnvEntry result;
  result.range = range(ctx);
  std::string first = tokenText(ctx->children[0]);
  result.kind = first == "state"    ? Kind::State
                : first == "act"    ? Kind::Act
                : first == "turn"   ? Kind::Turn
                : first == "reward" ? Kind::Reward
                                    : Kind::Let;
  if (ctx->id())
    result.name = ident(ctx->id());
  if (ctx->pattern())
    result.pattern = pattern(ctx->pattern());
  if (ctx->params())
    result.params = params(ctx->params());
  if (ctx->space())
    result.space = space(ctx->space());
  if (ctx->expr())
    (result.kind == Kind::Act ? result.guard : result.value) =
        expr(ctx->expr());
  if (ctx->block())
    result.block = block(ctx->block());
  return result;
}

ast::TrainItem Builder::train(Grammar::TrainContext *ctx) {
  ast::TrainItem result;
  std::string before;
  for (ParseTree *child : ctx->children) {
    if (auto *i = dynamic_cast<Grammar::IdContext *>(child))
      result.names.push_back(ident(i));
    else if (auto *e = dynamic_cast<Grammar::ExprContext *>(child))
      (before == "on" ? result.on : result.by) = expr(e);
    before = tokenText(child);
  }
  result.settings = settings(ctx->settings());
  result.bodyRange = range(ctx->settings());
  result.multiline = spansLines(result.bodyRange);
  return result;
}

std::vector<ast::Setting> Builder::settings(Grammar::SettingsContext *ctx) {
  std::vector<ast::Setting> result;
  for (auto *s : ctx->setting())
    if (!s->exception)
      result.push_back(setting(s));
  return result;
}

ast::Setting Builder::setting(Grammar::SettingContext *ctx) {
  using Form = ast::Setting::Form;
  ast::Setting result;
  result.range = range(ctx);
  if (ctx->expr()) { // 'minimize' | 'maximize'
    result.form = Form::Value;
    result.name = {tokenText(ctx->children[0]), tokenRange(ctx->children[0])};
    result.args.push_back({std::nullopt, expr(ctx->expr())});
    return result;
  }
  result.name = ident(ctx->id(0));
  if (ctx->settings()) {
    result.form = Form::Nested;
    result.nested = settings(ctx->settings());
    result.multiline = spansLines(range(ctx->settings()));
    return result;
  }
  if (ctx->children.size() == 1)
    return result;
  result.form = Form::Value;
  ParseTree *second = ctx->children[1];
  if (ctx->id().size() > 1) { // `id id args?`
    ast::Ident name = ident(ctx->id(1));
    ast::ExprPtr value = make(name.range, ast::NameExpr{name.text});
    if (ctx->args())
      value = call(std::move(value), ctx->args());
    result.args.push_back({std::nullopt, std::move(value)});
  } else if (ctx->args()) {
    result.form = Form::Call;
    ast::CallExpr arguments;
    args(ctx->args(), arguments);
    result.args = std::move(arguments.args);
  } else if (ctx->STRING()) {
    result.args.push_back(
        {std::nullopt,
         make(tokenRange(second), ast::StringExpr{string(second)})});
  } else {
    result.args.push_back(
        {std::nullopt, make(tokenRange(second), number(second))});
  }
  return result;
}

ast::TestItem Builder::test(Grammar::TestContext *ctx) {
  return {ctx->STRING() ? string(ctx->STRING()) : "", block(ctx->block())};
}
