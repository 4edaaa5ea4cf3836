//===- Expected.cpp - What the grammar would accept -----------------------===//
//
// Runs the grammar's automaton over the tokens of a statement, all alternatives
// at once, and looks at what it may read next. It stops at rules that have a
// name in a user's words instead of listing their first tokens.
//
//===----------------------------------------------------------------------===//
#include "Parse/Expected.h"

#include <map>
#include <memory>

using namespace rill::lang;
using namespace rill::lang::parse;
using namespace antlr4::atn;

namespace {

/// Return addresses, shared by all configurations that have them in common.
struct Frame {
  ATNState *follow;
  const Frame *parent;
};

struct Config {
  ATNState *state;
  const Frame *stack;
  bool operator<(const Config &o) const {
    return std::pair(state->stateNumber, stack) <
           std::pair(o.state->stateNumber, o.stack);
  }
};

class Simulation {
public:
  Simulation(Grammar &parser) : parser(parser), atn(parser.getATN()) {}

  Expected run(size_t rule, const std::vector<antlr4::Token *> &tokens) {
    std::set<Config> configs = {{atn.ruleToStartState[rule], nullptr}};
    for (antlr4::Token *token : tokens)
      configs = step(configs, token->getType());
    Expected expected;
    close(configs, &expected);
    return expected;
  }

private:
  std::set<Config> step(const std::set<Config> &configs, size_t type) {
    std::set<Config> next;
    for (const Config &c : close(configs, nullptr))
      for (Transition *t : c.state->transitions)
        if (!t->isEpsilon() && t->matches(type, 1, atn.maxTokenType))
          next.insert({t->target, c.stack});
    return next;
  }

  /// All configurations reached without reading. With `expected` it notes what
  /// would be read instead of entering rules that have a name.
  std::set<Config> close(const std::set<Config> &from, Expected *expected) {
    std::set<Config> seen = from;
    std::vector<Config> work(from.begin(), from.end());
    auto visit = [&](Config c) {
      if (seen.insert(c).second)
        work.push_back(c);
    };
    while (!work.empty()) {
      Config c = work.back();
      work.pop_back();
      if (c.state->getStateType() == ATNState::RULE_STOP) {
        if (c.stack)
          visit({c.stack->follow, c.stack->parent});
        else if (expected)
          expected->end = true;
        continue;
      }
      for (Transition *t : c.state->transitions) {
        if (auto *call = dynamic_cast<RuleTransition *>(t)) {
          if (expected &&
              noteRule(call->target->ruleIndex, c.state->ruleIndex, *expected))
            continue;
          visit({call->target, frame(call->followState, c.stack)});
        } else if (t->isEpsilon()) {
          visit({t->target, c.stack});
        } else if (expected) {
          noteTokens(*t, c.state->ruleIndex, *expected);
        }
      }
    }
    return seen;
  }

  const Frame *frame(ATNState *follow, const Frame *parent) {
    auto &slot = frames[{follow->stateNumber, parent}];
    if (!slot)
      slot = std::make_unique<Frame>(Frame{follow, parent});
    return slot.get();
  }

public:
  static bool isExpressionRule(size_t rule) {
    return rule >= Grammar::RuleExpr && rule <= Grammar::RulePrimary &&
           rule != Grammar::RuleMul;
  }

  /// Notes a rule by its name; false when its inside must be looked at.
  static bool noteRule(size_t rule, size_t caller, Expected &e) {
    auto thing = [&](const char *text) {
      e.things.insert(text);
      return true;
    };
    auto goOn = [&] {
      e.operators = true;
      return true;
    };
    if (isExpressionRule(rule))
      return thing("an expression");
    switch (rule) {
    case Grammar::RuleMul:
      return goOn();
    case Grammar::RuleArgs:
      return caller == Grammar::RulePostfix ? goOn() : thing("'('");
    case Grammar::RuleIndex:
    case Grammar::RuleStatics:
    case Grammar::RuleWhere:
      return goOn();
    case Grammar::RuleParams:
      return caller == Grammar::RuleStmt ? goOn() : thing("'('");
    case Grammar::RuleBlock:
    case Grammar::RuleSettings:
      return thing("'{'");
    case Grammar::RuleSpace:
    case Grammar::RuleSpaceAtom:
    case Grammar::RuleField:
      return thing("a space");
    case Grammar::RuleId:
    case Grammar::RuleName:
    case Grammar::RulePattern:
    case Grammar::RuleParam:
    case Grammar::RuleStatic_:
    case Grammar::RuleGroup:
    case Grammar::RuleSeed:
      return thing("a name");
    case Grammar::RuleBinders:
    case Grammar::RuleBinder:
      return thing("an index name");
    case Grammar::RuleDraws:
    case Grammar::RuleBind:
      return thing("a draw such as 'x ~ p'");
    case Grammar::RuleArg:
      return thing("an argument");
    case Grammar::RuleSlot:
      return thing("an index");
    case Grammar::RuleSetting:
      return thing("a setting such as 'adam(1e-3)'");
    case Grammar::RuleEnvItem:
      return thing("'state', 'act', 'turn', 'reward' or 'let'");
    case Grammar::RuleStmt:
      return thing("a statement");
    case Grammar::RuleSep:
      e.end = true;
      return true;
    case Grammar::RuleItem:
    case Grammar::RuleUse:
    case Grammar::RuleMain:
    case Grammar::RuleData:
    case Grammar::RuleTrain:
    case Grammar::RuleTest:
    case Grammar::RuleEnv:
    case Grammar::RuleDef:
      return thing("a declaration or a statement");
    default: // bar, kind, linear, extreme, deriv, reduce
      return false;
    }
  }

private:
  void noteTokens(const Transition &t, size_t rule, Expected &e) const {
    for (ssize_t type : t.label().toList()) {
      if (type == ssize_t(antlr4::Token::EOF) || type == Grammar::NL) {
        e.end = true;
        continue;
      }
      bool spaceGoesOn = rule == Grammar::RuleSpace || goesOnSpace(rule, type);
      bool exprGoesOn = isExpressionRule(rule) &&
                        rule != Grammar::RulePrimary && !isKeyPart(type);
      if (spaceGoesOn || exprGoesOn) {
        e.operators = true;
        continue;
      }
      e.things.insert(parser.getVocabulary().getDisplayName(type));
    }
  }

  /// `.` and `(` after a space's name.
  bool goesOnSpace(size_t rule, size_t type) const {
    std::string name = parser.getVocabulary().getDisplayName(type);
    return rule == Grammar::RuleSpaceAtom && (name == "'.'" || name == "'('");
  }

  /// Words and brackets that an expression demands, unlike its operators.
  bool isKeyPart(size_t type) const {
    std::string name = parser.getVocabulary().getDisplayName(type);
    return name == "'then'" || name == "'else'" || name == "'from'" ||
           name == "'['" || name == "']'" || name == "','" || name == "'='";
  }

  Grammar &parser;
  const ATN &atn;
  std::map<std::pair<size_t, const Frame *>, std::unique_ptr<Frame>> frames;
};

} // namespace

Expected parse::expectedAfter(Grammar &parser, size_t rule,
                              const std::vector<antlr4::Token *> &tokens) {
  if (tokens.empty()) {
    Expected whole;
    Simulation::noteRule(rule, rule, whole);
    return whole;
  }
  return Simulation(parser).run(rule, tokens);
}

static std::string joinWords(const std::vector<std::string> &words) {
  std::string result;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0)
      result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

std::string Expected::list() const {
  std::set<std::string> shown = things;
  if (shown.count("an expression")) // what can begin one
    for (const char *part : {"'('", "'['", "a name", "a space", "'fn'", "'if'"})
      shown.erase(part);
  if (shown.count("a declaration or a statement"))
    shown.erase("a statement");
  bool closes = shown.count("')'") || shown.count("']'") || shown.count("'}'");
  if (closes)
    for (const char *part : {"'|'", "'given'", "'='", "'..'", "':'"})
      shown.erase(part);
  if (end && operators)
    for (const char *part :
         {"'='", "':='", "'+='", "'-='", "'~'", "':'", "'inverse'", "a name"})
      shown.erase(part);
  if (shown.size() > 3)
    for (const char *part : {"'~'", "'->'", "':'", "'('"})
      if (shown.size() > 2)
        shown.erase(part);
  // Phrases first, then tokens.
  std::vector<std::string> words;
  for (const std::string &s : shown)
    if (s.front() != '\'')
      words.push_back(s);
  for (const std::string &s : shown)
    if (s.front() == '\'')
      words.push_back(s);
  if (operators && end)
    words.insert(words.begin(), "an operator");
  if (end)
    words.push_back("the end of the statement");
  return joinWords(words);
}
