//===- Format.cpp - Layout of items and statements ------------------------===//
//
// See Format.h. One statement per line in a block of several lines; blank lines
// are kept, at most one in a row.
//
//===----------------------------------------------------------------------===//
#include "Format/Format.h"

#include "Format/Formatter.h"

namespace rill::lang::format_detail {

/// The charter's programs are written to this width.
static const int width = 100;

//===----------------------------------------------------------------------===//
// Comments and braces
//===----------------------------------------------------------------------===//

void Formatter::commentsBefore(uint32_t offset, std::vector<DocPtr> &lines,
                               bool first) {
  for (; nextComment < file.comments.size(); ++nextComment) {
    const ast::Comment &c = file.comments[nextComment];
    if (c.range.begin >= offset)
      return;
    if (c.blankBefore && !first)
      lines.push_back(text(""));
    lines.push_back(text(c.text));
    first = false;
  }
}

DocPtr Formatter::trailingComment(uint32_t before) {
  if (nextComment < file.comments.size()) {
    const ast::Comment &c = file.comments[nextComment];
    if (!c.ownLine && c.range.begin < before) {
      ++nextComment;
      return margin("  " + c.text);
    }
  }
  return text("");
}

static DocPtr joinLines(const std::vector<DocPtr> &lines) {
  std::vector<DocPtr> parts;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0)
      parts.push_back(hardLine());
    parts.push_back(lines[i]);
  }
  return concat(std::move(parts));
}

DocPtr Formatter::braces(size_t count, bool multiline, uint32_t end,
                         const std::function<SourceRange(size_t)> &range,
                         const std::function<bool(size_t)> &blankBefore,
                         const std::function<DocPtr(size_t)> &print) {
  if (!multiline) {
    if (count == 0)
      return text("{ }");
    std::vector<DocPtr> inner;
    for (size_t i = 0; i < count; ++i) {
      inner.push_back(line(i ? "; " : " "));
      inner.push_back(print(i));
    }
    return group(
        concat({text("{"), nest(concat(std::move(inner))), line(), text("}")}));
  }
  DocPtr opening =
      concat({text("{"), trailingComment(count ? range(0).begin : end)});
  std::vector<DocPtr> lines;
  for (size_t i = 0; i < count; ++i) {
    commentsBefore(range(i).begin, lines, lines.empty());
    if (blankBefore(i) && !lines.empty())
      lines.push_back(text(""));
    DocPtr doc = print(i);
    uint32_t next = i + 1 < count ? range(i + 1).begin : end;
    lines.push_back(concat({doc, trailingComment(next)}));
  }
  commentsBefore(end, lines, lines.empty());
  if (lines.empty())
    return concat({opening, hardLine(), text("}")});
  return concat({opening, nest(concat({hardLine(), joinLines(lines)})),
                 hardLine(), text("}")});
}

DocPtr Formatter::block(const ast::Block &b) {
  return braces(
      b.stmts.size(), b.multiline, b.range.end,
      [&](size_t i) { return b.stmts[i]->range; },
      [&](size_t i) { return b.stmts[i]->blankBefore; },
      [&](size_t i) { return stmt(*b.stmts[i]); });
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

DocPtr Formatter::let(const ast::LetStmt &s) {
  std::vector<DocPtr> parts = {text(s.isView ? "view " : "let "),
                               pattern(s.pattern)};
  if (s.params)
    parts.push_back(params(*s.params));
  if (s.space) {
    parts.push_back(text(": "));
    parts.push_back(space(*s.space));
  }
  parts.push_back(gives("=", *s.value));
  return concat(std::move(parts));
}

DocPtr Formatter::localFn(const ast::LocalFnStmt &s) {
  std::vector<DocPtr> parts = {text("fn " + s.name.text)};
  if (s.hasStatics)
    parts.push_back(statics(s.statics));
  parts.push_back(params(s.params));
  if (s.result) {
    parts.push_back(text(" -> "));
    parts.push_back(space(*s.result));
  }
  if (s.body) {
    parts.push_back(gives("=", *s.body));
  } else {
    parts.push_back(text(" "));
    parts.push_back(block(*s.block));
  }
  return concat(std::move(parts));
}

DocPtr Formatter::stmt(const ast::Stmt &statement) {
  if (auto *s = statement.as<ast::LetStmt>())
    return let(*s);
  if (auto *s = statement.as<ast::ParamStmt>()) {
    DocPtr head =
        concat({text("param " + s->name.text + ": "), space(*s->space)});
    return s->init ? concat({head, gives("=", *s->init)}) : head;
  }
  if (auto *s = statement.as<ast::OutStmt>())
    return concat({text(s->kind + " "), expr(*s->value)});
  if (auto *s = statement.as<ast::CheckStmt>()) {
    std::vector<DocPtr> parts = {text("check ")};
    if (s->label)
      parts.push_back(concat(
          {expr(ast::Expr{{}, false, ast::StringExpr{*s->label}}), text(" ")}));
    parts.push_back(expr(*s->condition));
    if (s->within)
      parts.push_back(concat({text(" within "), expr(*s->within)}));
    return concat(std::move(parts));
  }
  if (auto *s = statement.as<ast::FwdRevStmt>())
    return concat({text(s->isForward ? "fwd " : "rev "), block(s->block)});
  if (auto *s = statement.as<ast::ForStmt>()) {
    DocPtr range = expr(*s->range);
    return concat({text("for "), pattern(s->pattern), text(" in "), range,
                   text(" "), block(s->block)});
  }
  if (auto *s = statement.as<ast::EachStmt>()) {
    DocPtr over = binders(s->binders, s->guard);
    return concat({text("each "), over, text(" "), block(s->block)});
  }
  if (auto *s = statement.as<ast::EvolveStmt>()) {
    DocPtr range = expr(*s->range);
    return concat({text("evolve " + s->index.text + " in "), range, text(" "),
                   block(s->block)});
  }
  if (auto *s = statement.as<ast::CloudStmt>())
    return concat({text("cloud " + s->name.text + ": "), space(*s->space),
                   gives("~", *s->law)});
  if (auto *s = statement.as<ast::LocalFnStmt>())
    return localFn(*s);
  if (auto *s = statement.as<ast::ExprStmt>())
    return expr(*s->value);
  if (auto *s = statement.as<ast::DrawStmt>()) {
    std::vector<DocPtr> parts = {expr(*s->target)};
    if (s->space) {
      parts.push_back(text(": "));
      parts.push_back(space(*s->space));
    }
    parts.push_back(gives("~", *s->law));
    return concat(std::move(parts));
  }
  if (auto *s = statement.as<ast::AssignStmt>()) {
    DocPtr target = expr(*s->target);
    return concat({target, gives("=", *s->value)});
  }
  auto &s = std::get<ast::UpdateStmt>(statement.node);
  DocPtr place = expr(*s.place);
  DocPtr update = concat({place, gives(s.op.c_str(), *s.value)});
  return s.inverse ? concat({update, text(" inverse by "), expr(*s.inverse)})
                   : update;
}

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

static std::string names(const std::vector<ast::Ident> &list,
                         const char *separator) {
  std::string result;
  for (size_t i = 0; i < list.size(); ++i)
    result += (i ? separator : "") + list[i].text;
  return result;
}

DocPtr Formatter::def(const ast::DefItem &d) {
  std::vector<DocPtr> parts = {text(d.kind + " " + d.name.text)};
  if (d.hasStatics)
    parts.push_back(statics(d.statics));
  if (d.params)
    parts.push_back(params(*d.params));
  if (d.result) {
    parts.push_back(text(" -> "));
    parts.push_back(space(*d.result));
  }
  if (d.body)
    parts.push_back(gives(d.isLaw ? "~" : "=", *d.body));
  if (d.where) {
    parts.push_back(text(" where "));
    parts.push_back(block(*d.where));
  }
  if (d.block) {
    parts.push_back(text(" "));
    parts.push_back(block(*d.block));
  }
  return concat(std::move(parts));
}

DocPtr Formatter::envEntry(const ast::EnvEntry &e) {
  using Kind = ast::EnvEntry::Kind;
  std::vector<DocPtr> parts;
  switch (e.kind) {
  case Kind::State:
    parts = {text("state " + e.name.text + ": "), space(*e.space)};
    if (e.value)
      parts.push_back(gives("=", *e.value));
    break;
  case Kind::Act:
    parts = {text("act " + e.name.text)};
    if (e.params)
      parts.push_back(params(*e.params));
    if (e.guard)
      parts.push_back(concat({text(" when "), expr(*e.guard)}));
    if (e.block)
      parts.push_back(concat({text(" "), block(*e.block)}));
    else
      parts.push_back(text(" -> end"));
    break;
  case Kind::Turn:
  case Kind::Reward:
    parts = {text(e.kind == Kind::Turn ? "turn " : "reward "), expr(*e.value)};
    break;
  case Kind::Let:
    parts = {text("let "), pattern(e.pattern)};
    if (e.params)
      parts.push_back(params(*e.params));
    parts.push_back(gives("=", *e.value));
    break;
  }
  return concat(std::move(parts));
}

DocPtr Formatter::env(const ast::EnvItem &e) {
  std::vector<DocPtr> parts = {text("env " + e.name.text)};
  if (e.hasStatics)
    parts.push_back(statics(e.statics));
  if (e.params)
    parts.push_back(params(*e.params));
  parts.push_back(text(" "));
  parts.push_back(braces(
      e.entries.size(), e.multiline, e.bodyRange.end,
      [&](size_t i) { return e.entries[i].range; },
      [](size_t) { return false; },
      [&](size_t i) { return envEntry(e.entries[i]); }));
  return concat(std::move(parts));
}

DocPtr Formatter::setting(const ast::Setting &s) {
  using Form = ast::Setting::Form;
  switch (s.form) {
  case Form::Bare:
    return text(s.name.text);
  case Form::Call:
    return concat({text(s.name.text), args(s.args, {}, false)});
  case Form::Value:
    return concat({text(s.name.text + " "), arg(s.args[0])});
  case Form::Nested:
    return concat({text(s.name.text + " "),
                   settings(s.nested, s.multiline, s.range.end)});
  }
  return text("");
}

DocPtr Formatter::settings(const std::vector<ast::Setting> &list,
                           bool multiline, uint32_t end) {
  return braces(
      list.size(), multiline, end, [&](size_t i) { return list[i].range; },
      [](size_t) { return false; }, [&](size_t i) { return setting(list[i]); });
}

DocPtr Formatter::train(const ast::TrainItem &t) {
  std::vector<DocPtr> parts = {text("train " + names(t.names, ", "))};
  if (t.on)
    parts.push_back(concat({text(" on "), expr(*t.on)}));
  if (t.by)
    parts.push_back(concat({text(" by "), expr(*t.by)}));
  parts.push_back(text(" "));
  parts.push_back(settings(t.settings, t.multiline, t.bodyRange.end));
  return concat(std::move(parts));
}

DocPtr Formatter::item(const ast::Item &i) {
  if (auto *use = i.as<ast::UseItem>()) {
    std::string result = "use " + names(use->path, ".");
    if (!use->names.empty())
      result += ".{" + names(use->names, ", ") + "}";
    return text(result);
  }
  if (auto *m = i.as<ast::MainItem>())
    return text("main " + names(m->names, ", "));
  if (auto *d = i.as<ast::DataItem>()) {
    std::vector<DocPtr> parts = {text("data " + d->name.text)};
    if (d->space) {
      parts.push_back(text(": "));
      parts.push_back(space(*d->space));
    }
    parts.push_back(gives("=", *d->value));
    return concat(std::move(parts));
  }
  if (auto *d = i.as<ast::DefItem>())
    return def(*d);
  if (auto *t = i.as<ast::TrainItem>())
    return train(*t);
  if (auto *t = i.as<ast::TestItem>()) {
    DocPtr label = text("");
    if (!t->label.empty())
      label = concat(
          {expr(ast::Expr{{}, false, ast::StringExpr{t->label}}), text(" ")});
    return concat({text("test "), label, block(t->block)});
  }
  if (auto *e = i.as<ast::EnvItem>())
    return env(*e);
  return stmt(*std::get<ast::StmtItem>(i.node).stmt);
}

DocPtr Formatter::run() {
  std::vector<DocPtr> lines;
  for (size_t i = 0; i < file.items.size(); ++i) {
    const ast::Item &current = file.items[i];
    commentsBefore(current.range.begin, lines, lines.empty());
    if (current.blankBefore && !lines.empty())
      lines.push_back(text(""));
    DocPtr doc = item(current);
    uint32_t next =
        i + 1 < file.items.size() ? file.items[i + 1].range.begin : UINT32_MAX;
    lines.push_back(concat({doc, trailingComment(next)}));
  }
  commentsBefore(UINT32_MAX, lines, lines.empty());
  if (lines.empty())
    return text("");
  return concat({joinLines(lines), hardLine()});
}

} // namespace rill::lang::format_detail

std::string rill::lang::format(const ast::File &file) {
  using namespace format_detail;
  return print(Formatter(file).run(), width);
}
