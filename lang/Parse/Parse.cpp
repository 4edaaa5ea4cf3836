//===- Parse.cpp - Parsing one file ---------------------------------------===//
//
// Joins the steps: tokens, brackets, line ends, grammar, tree. Items are parsed
// one by one, so that an error in one leaves the others alone.
//
//===----------------------------------------------------------------------===//
#include "Parse/Parse.h"

#include "Parse/Build.h"
#include "Parse/Errors.h"
#include "Parse/Tokens.h"

using namespace rill::lang;
using namespace rill::lang::parse;

/// The offset of the first byte that is not part of valid UTF-8, or npos.
static size_t invalidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    unsigned char c = text[i];
    size_t length = c < 0x80                ? 1
                    : c >= 0xC2 && c < 0xE0 ? 2
                    : (c & 0xF0) == 0xE0    ? 3
                    : c >= 0xF0 && c < 0xF5 ? 4
                                            : 0;
    if (length == 0 || i + length > text.size())
      return i;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80)
        return i;
    i += length;
  }
  return std::string_view::npos;
}

static bool isSeparator(antlr4::TokenStream &tokens) {
  return tokens.LA(1) == Grammar::NL || tokens.LT(1)->getText() == ";";
}

static std::vector<ast::Item> parseItems(Grammar &parser, ErrorStrategy &errors,
                                         Builder &builder) {
  std::vector<ast::Item> items;
  auto &tokens = *parser.getTokenStream();
  while (true) {
    while (tokens.LA(1) != antlr4::Token::EOF && isSeparator(tokens))
      tokens.consume();
    if (tokens.LA(1) == antlr4::Token::EOF)
      return items;
    size_t first = tokens.index();
    Grammar::ItemContext *ctx = parser.item();
    bool failed = ctx->exception || (ctx->stmt() && ctx->stmt()->exception);
    errors.finishItem(parser, first);
    if (!failed)
      items.push_back(builder.item(ctx));
  }
}

ast::File rill::lang::parseFile(FileId file, SourceManager &sources,
                                DiagnosticEngine &diag) {
  ast::File result;
  result.file = file;
  std::string_view text = sources.text(file);
  if (size_t bad = invalidUtf8(text); bad != std::string_view::npos) {
    uint32_t at = static_cast<uint32_t>(bad);
    diag.error(Code::BadCharacter, {file, at, at + 1},
               "this file is not valid UTF-8", "the text breaks off here")
        .help("save the file in the encoding UTF-8");
    return result;
  }

  Offsets offsets(file, text);
  Lexed lexed = lex(offsets, text, diag);
  result.comments = comments(lexed.tokens, offsets, text);
  std::set<size_t> quiet = lexed.badLines;
  balanceBrackets(lexed.tokens, offsets, diag, quiet);
  Tokens seen = filterLineEnds(std::move(lexed.tokens));
  if (seen.empty()) // ANTLR's list of tokens must not be empty
    return result;
  antlr4::ListTokenSource source(std::move(seen));
  antlr4::CommonTokenStream tokens(&source);
  tokens.fill();

  Grammar parser(&tokens);
  parser.removeErrorListeners();
  auto errors =
      std::make_shared<ErrorStrategy>(offsets, diag, std::move(quiet));
  parser.setErrorHandler(errors);
  Builder builder(offsets, text);
  result.items = parseItems(parser, *errors, builder);
  return result;
}
