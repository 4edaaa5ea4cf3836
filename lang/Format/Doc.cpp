//===- Doc.cpp - Layout documents -----------------------------------------===//
//
// See Doc.h. Printing is linear in the document but for the look ahead of each
// group, which ends at the line's width.
//
//===----------------------------------------------------------------------===//
#include "Format/Doc.h"

namespace rill::lang::format_detail {

static DocPtr make(Doc::Kind kind, std::string text,
                   std::vector<DocPtr> parts) {
  return std::make_shared<const Doc>(
      Doc{kind, std::move(text), std::move(parts)});
}

DocPtr text(std::string s) { return make(Doc::Kind::Text, std::move(s), {}); }
DocPtr margin(std::string s) {
  return make(Doc::Kind::Margin, std::move(s), {});
}
DocPtr line(std::string flat) {
  return make(Doc::Kind::Line, std::move(flat), {});
}
DocPtr hardLine() { return make(Doc::Kind::Hard, "", {}); }
DocPtr nest(DocPtr inner) {
  return make(Doc::Kind::Nest, "", {std::move(inner)});
}
DocPtr group(DocPtr inner) {
  return make(Doc::Kind::Group, "", {std::move(inner)});
}
DocPtr concat(std::vector<DocPtr> parts) {
  return make(Doc::Kind::Concat, "", std::move(parts));
}

namespace {

struct Entry {
  int indent;
  bool flat;
  const Doc *doc;
};

} // namespace

/// Columns that a UTF-8 text takes.
static int columns(const std::string &s) {
  int n = 0;
  for (unsigned char c : s)
    n += (c & 0xC0) != 0x80;
  return n;
}

static void push(std::vector<Entry> &stack, const Doc &doc, int indent,
                 bool flat) {
  for (auto it = doc.parts.rbegin(); it != doc.parts.rend(); ++it)
    stack.push_back({indent, flat, it->get()});
}

/// Whether `first`, flat, and what follows it up to the next break fit.
static bool fits(int room, const Entry &first, const std::vector<Entry> &rest) {
  std::vector<Entry> stack = {first};
  size_t next = rest.size();
  while (room >= 0) {
    if (stack.empty()) {
      if (next == 0)
        return true;
      stack.push_back(rest[--next]);
    }
    Entry e = stack.back();
    stack.pop_back();
    switch (e.doc->kind) {
    case Doc::Kind::Text:
      room -= columns(e.doc->text);
      break;
    case Doc::Kind::Margin:
      break;
    case Doc::Kind::Line:
      if (!e.flat)
        return true;
      room -= columns(e.doc->text);
      break;
    case Doc::Kind::Hard:
      return true;
    default:
      push(stack, *e.doc, e.indent, e.flat);
    }
  }
  return false;
}

std::string print(const DocPtr &doc, int width) {
  std::string out;
  int column = 0;
  auto breakLine = [&](int indent) {
    while (!out.empty() && out.back() == ' ')
      out.pop_back();
    out += '\n';
    out.append(indent, ' ');
    column = indent;
  };
  std::vector<Entry> stack = {{0, false, doc.get()}};
  while (!stack.empty()) {
    Entry e = stack.back();
    stack.pop_back();
    switch (e.doc->kind) {
    case Doc::Kind::Text:
    case Doc::Kind::Margin:
      out += e.doc->text;
      column += columns(e.doc->text);
      break;
    case Doc::Kind::Line:
      if (e.flat) {
        out += e.doc->text;
        column += columns(e.doc->text);
      } else {
        breakLine(e.indent);
      }
      break;
    case Doc::Kind::Hard:
      breakLine(e.indent);
      break;
    case Doc::Kind::Nest:
      push(stack, *e.doc, e.indent + 2, e.flat);
      break;
    case Doc::Kind::Concat:
      push(stack, *e.doc, e.indent, e.flat);
      break;
    case Doc::Kind::Group: {
      Entry flat = {e.indent, true, e.doc->parts[0].get()};
      bool isFlat = e.flat || fits(width - column, flat, stack);
      stack.push_back({e.indent, isFlat, e.doc->parts[0].get()});
      break;
    }
    }
  }
  return out;
}

} // namespace rill::lang::format_detail
