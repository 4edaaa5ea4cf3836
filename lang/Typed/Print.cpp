//===- Print.cpp - Text of the typed program ------------------------------===//
//
// `--emit=typed`: one line per operation, values as %3 (with their name when
// they have one), places as @x, parameters by path. Read by people and by
// FileCheck; nothing parses it back.
//
//===----------------------------------------------------------------------===//
#include "Typed/Typed.h"

#include <cstdio>

namespace rill::lang::typed {

static std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

template <class T, class Fn>
static std::string join(const std::vector<T> &items, Fn text) {
  std::string out;
  for (const T &item : items)
    out += (out.empty() ? "" : ", ") + text(item);
  return out;
}

static std::string ints(const std::vector<int64_t> &values) {
  if (values.size() > 16)
    return "[" + std::to_string(values.size()) + " elements]";
  return "[" + join(values, [](int64_t v) { return std::to_string(v); }) + "]";
}

namespace {
/// Writes one program; keeps only the indentation as state.
class Printer {
public:
  explicit Printer(const Program &program) : program(program) {}
  std::string run();

private:
  void line(const std::string &text) {
    out += std::string(indent * 2, ' ') + text + "\n";
  }
  std::string value(ValueId id) const;
  std::string place(PlaceId id) const;
  std::string attr(const Attr &attr) const;
  std::string head(const Op &op) const;
  void op(const Op &op);
  void region(const std::string &title, const Region &region);
  void dist(DistId id);
  void expectation(const Expectation &expectation);
  void check(const Check &check);
  void train(const Train &train);

  const Program &program;
  std::string out;
  unsigned indent = 0;
};
} // namespace

std::string Printer::value(ValueId id) const {
  const std::string &name = program.values[id].name;
  return "%" + std::to_string(id) + (name.empty() ? "" : ":" + name);
}

std::string Printer::place(PlaceId id) const {
  return "@" + program.places[id].name + "." + std::to_string(id);
}

std::string Printer::attr(const Attr &attr) const {
  if (const auto *v = std::get_if<int64_t>(&attr))
    return std::to_string(*v);
  if (const auto *v = std::get_if<double>(&attr))
    return number(*v);
  if (const auto *v = std::get_if<std::string>(&attr))
    return "\"" + *v + "\"";
  if (const auto *v = std::get_if<std::vector<int64_t>>(&attr))
    return ints(*v);
  if (const auto *v = std::get_if<std::vector<std::vector<int64_t>>>(&attr))
    return "[" + join(*v, ints) + "]";
  const auto &v = std::get<std::vector<double>>(attr);
  if (v.size() > 16)
    return "[" + std::to_string(v.size()) + " numbers]";
  return "[" + join(v, number) + "]";
}

std::string Printer::head(const Op &op) const {
  switch (op.kind) {
  case OpKind::Tensor:
    return op.name;
  case OpKind::Param:
    return "param \"" + program.params[op.index].path + "\"";
  case OpKind::First:
    return "first";
  case OpKind::Read:
    return "read " + place(op.index);
  case OpKind::Assign:
    return "assign " + place(op.index);
  case OpKind::View:
    return "view " + place(op.index);
  case OpKind::Repeat:
    return "repeat " + std::to_string(op.count);
  case OpKind::Scan:
    return "scan " + std::to_string(op.count);
  case OpKind::MatVec:
    return "matvec";
  case OpKind::Require:
    return "require";
  case OpKind::Logp:
    return "logp " + program.dists[op.index].name;
  case OpKind::Sample:
    return "sample " + program.dists[op.index].name;
  case OpKind::Latent:
    return "latent " + program.dists[op.index].name;
  case OpKind::Generate:
    return "generate " + program.dists[op.index].name;
  case OpKind::Deriv:
    return "deriv " + op.name;
  case OpKind::Ode:
    return "ode";
  }
  return "?";
}

void Printer::op(const Op &op) {
  std::string text;
  if (!op.results.empty())
    text = join(op.results, [&](ValueId v) { return value(v); }) + " = ";
  text += head(op);
  if (!op.operands.empty())
    text += "(" + join(op.operands, [&](ValueId v) { return value(v); }) + ")";
  if (!op.places.empty())
    text += " as " + join(op.places, [&](PlaceId p) { return place(p); });
  std::string attrs;
  for (const auto &[key, data] : op.attrs)
    attrs += (attrs.empty() ? "" : ", ") + key + " = " + attr(data);
  if (!attrs.empty())
    text += " {" + attrs + "}";
  if (!op.results.empty())
    text += " : " + join(op.results, [&](ValueId v) {
              return program.values[v].space.str();
            });
  line(text);
  for (const Region &inner : op.regions)
    region("", inner);
}

void Printer::region(const std::string &title, const Region &region) {
  std::string head = title.empty() ? "" : title + " ";
  head += "(" +
          join(region.args,
               [&](ValueId v) {
                 return value(v) + ": " + program.values[v].space.str();
               }) +
          ") {";
  line(head);
  ++indent;
  for (const Op &inner : region.ops)
    op(inner);
  if (!region.results.empty())
    line("yield " + join(region.results, [&](ValueId v) { return value(v); }));
  --indent;
  line("}");
}

void Printer::dist(DistId id) {
  const Dist &dist = program.dists[id];
  std::string text = "dist " + std::to_string(id) + " " + dist.name + " on " +
                     dist.subject.str();
  for (const Condition &condition : dist.conditions)
    text +=
        " given " + condition.name + ": " + condition.space.str() +
        (condition.defaultValue ? " = " + number(*condition.defaultValue) : "");
  if (dist.form == Dist::Form::Members) {
    line(text + " members");
    ++indent;
    if (dist.logp)
      region("logp", *dist.logp);
    if (dist.sample)
      region("sample", *dist.sample);
    if (dist.cdf)
      region("cdf", *dist.cdf);
    if (dist.quantile)
      region("quantile", *dist.quantile);
    if (dist.logsf)
      region("logsf", *dist.logsf);
    --indent;
    return;
  }
  bool pull = dist.form == Dist::Form::Pull;
  line(text + (pull ? " pull" : " push") + " base " +
       std::to_string(dist.base) + " " + program.dists[dist.base].name);
  ++indent;
  region("flow " + place(dist.flowPlace) + " " + dist.flowIn.str() + " -> " +
             dist.flowOut.str(),
         dist.flow);
  --indent;
}

void Printer::expectation(const Expectation &expectation) {
  for (const Expectation::Draw &draw : expectation.draws) {
    std::string from = draw.data
                           ? program.data[*draw.data].name +
                                 (draw.part.empty() ? "" : "." + draw.part)
                       : draw.dist ? program.dists[*draw.dist].name
                                   : "?";
    line("draw " + join(draw.values, [&](ValueId v) { return value(v); }) +
         " from " + from);
  }
  region("body", expectation.body);
}

void Printer::check(const Check &check) {
  std::string text = "check \"" + check.label + "\" " + check.measure;
  if (check.dist)
    text += " of " + program.dists[*check.dist].name;
  if (!check.box.empty())
    text += " box [" + join(check.box, number) + "]";
  if (check.measure == "dependence")
    text += " along axis " + std::to_string(check.axis);
  text += " " + check.relation + " " +
          (check.numeric ? "numeric"
           : check.right ? "right"
                         : number(check.value));
  if (check.within)
    text += " within " + number(*check.within);
  line(text);
  if (check.measure != "expression")
    return;
  ++indent;
  expectation(check.left);
  if (check.right)
    expectation(*check.right);
  --indent;
}

void Printer::train(const Train &train) {
  std::string text = "train ";
  text += join(train.models, [&](DistId d) { return program.dists[d].name; });
  if (train.data)
    text += " on " + program.data[*train.data].name;
  text += " " + train.optimizer + "(" + number(train.learningRate) +
          ") batch " + std::to_string(train.batch) + " steps " +
          std::to_string(train.steps);
  text += " changes " +
          join(train.instances, [](const std::string &s) { return s; });
  line(text);
  ++indent;
  line(train.loss.maximize ? "maximize" : "minimize");
  expectation(train.loss.expectation);
  --indent;
}

std::string Printer::run() {
  line("program " + program.name);
  for (const Data &data : program.data) {
    if (data.draw) {
      line("data " + data.name + ": " + data.space.str() + " = draw " +
           std::to_string(data.rows));
      ++indent;
      region("", *data.draw);
      --indent;
      continue;
    }
    line("data " + data.name + ": " + data.space.str() + " = " + data.format +
         "(\"" + data.path + "\") columns " +
         std::to_string(data.columns.size()) + " hold " + number(data.hold) +
         " valid " + number(data.valid) + " seed " + std::to_string(data.seed));
  }
  for (const Param &param : program.params)
    line("param \"" + param.path + "\" stack " + ints(param.stack) + " : " +
         param.space.str());
  for (DistId id = 0; id != program.dists.size(); ++id)
    dist(id);
  for (const Train &item : program.trains)
    train(item);
  for (const Check &item : program.checks)
    check(item);
  for (const Test &test : program.tests) {
    line("test \"" + test.label + "\"");
    ++indent;
    for (const Check &item : test.checks)
      check(item);
    --indent;
  }
  if (program.main)
    line("main " + program.dists[*program.main].name);
  return out;
}

std::string print(const Program &program) { return Printer(program).run(); }

} // namespace rill::lang::typed
