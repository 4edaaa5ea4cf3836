//===- Doc.h - Layout documents ---------------------------------*- C++ -*-===//
//
// A small pretty printer (Wadler 2003, "A prettier printer"): a document is
// text with places where a line may break; a group is printed on one line when
// it fits. It knows nothing of Rill.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_FORMAT_DOC_H
#define RILL_LANG_FORMAT_DOC_H

#include <memory>
#include <string>
#include <vector>

namespace rill::lang::format_detail {

struct Doc;
using DocPtr = std::shared_ptr<const Doc>;

struct Doc {
  enum class Kind { Text, Margin, Line, Hard, Nest, Group, Concat } kind;
  std::string text; ///< Text, Margin; Line: what stands there unbroken
  std::vector<DocPtr> parts;
};

DocPtr text(std::string s);
/// Text beyond the line's end that takes no room: a trailing comment.
DocPtr margin(std::string s);
/// A break, or `flat` when the group fits on the line.
DocPtr line(std::string flat = " ");
/// A break in any case. Does not make the groups around it break.
DocPtr hardLine();
/// Breaks inside are indented by one more step.
DocPtr nest(DocPtr inner);
DocPtr group(DocPtr inner);
DocPtr concat(std::vector<DocPtr> parts);

/// Prints within `width` columns where possible, indenting by two.
std::string print(const DocPtr &doc, int width);

} // namespace rill::lang::format_detail

#endif // RILL_LANG_FORMAT_DOC_H
