//===- Cli.cpp - The command line of an executable ------------------------===//
//
// Declares commands and options (CLI11), turns what is wrong with them into
// errors of ours, and is the one place where errors are caught and printed.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Commands.h"
#include "Runtime/Error.h"
#include "rill/main.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <new>

namespace rill::rt {

/// Options of all commands as text is parsed into them.
struct Parsed {
  CommandOptions options;
  int threads = 0;
  std::vector<std::string> data;
};

static Error usage(const std::string &what, const std::string &why,
                   const std::string &help) {
  return Error(what, why, help, ExitUsage);
}

static CLI::Option *addParams(CLI::App *app, Parsed &p) {
  return app
      ->add_option("--params", p.options.params,
                   "parameters, as 'train --out' wrote them")
      ->option_text("FILE");
}

static void addBatch(CLI::App *app, Parsed &p, const char *what) {
  app->add_option("--batch", p.options.batch, what)
      ->option_text("N")
      ->check(CLI::PositiveNumber);
}

/// Options that several commands have: s --seed, b --batch, d --dist, D --data
/// and --split-seed; all have --threads.
static void addCommon(CLI::App *app, Parsed &p, const std::string &which) {
  auto has = [&](char c) { return which.find(c) != std::string::npos; };
  app->add_option("--threads", p.threads, "threads (default: all cores)")
      ->option_text("N")
      ->check(CLI::Range(1, 1024));
  if (has('s'))
    app->add_option("--seed", p.options.seed,
                    "random seed (default: 1 for train and test, else 0)")
        ->option_text("N");
  if (has('b'))
    addBatch(app, p, "rows at a time: memory and speed, not results");
  if (has('d'))
    app->add_option("--dist", p.options.dist,
                    "distribution (default: the program's main)")
        ->option_text("NAME");
  if (!has('D'))
    return;
  app->add_option("--data", p.data, "where the rows of a data set are")
      ->option_text("NAME=FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app->add_option("--split-seed", p.options.splitSeed,
                  "another choice of held-out rows")
      ->option_text("N");
}

static void addGiven(CLI::App *app, Parsed &p) {
  app->add_option("--given", p.options.given,
                  "conditions, a row for each row, .npy or .csv")
      ->option_text("FILE");
}

/// An option for each condition with a default, after the command's own: where
/// a name is taken, the file of --given is left.
static void addConditions(CLI::App *app, const Plan &plan, Parsed &p) {
  for (const auto &[name, what] : conditionFlags(plan))
    if (!app->get_option_no_throw("--" + name))
      app->add_option("--" + name, p.options.conditions[name], what)
          ->option_text("VALUE");
}

static CLI::App *addCommand(CLI::App &app, const char *name, const char *what) {
  CLI::App *command = app.add_subcommand(name, what);
  command->allow_extras();
  command->failure_message(CLI::FailureMessage::simple);
  return command;
}

static void addTrain(CLI::App &app, Parsed &p) {
  CLI::App *c = addCommand(app, "train", "train and write the parameters");
  CommandOptions &o = p.options;
  c->add_option("--out", o.out, "parameter file to write")
      ->option_text("FILE")
      ->required();
  c->add_flag("--resume", o.resume, "continue an interrupted training");
  c->add_flag("--fresh", o.fresh, "discard an unfinished training");
  c->add_option("--steps", o.steps, "steps, instead of the program's")
      ->option_text("N")
      ->check(CLI::NonNegativeNumber);
  c->add_option("--checkpoint-every", o.checkpointSeconds,
                "seconds between checkpoints (default 10)")
      ->option_text("S")
      ->check(CLI::NonNegativeNumber);
  addBatch(c, p, "rows of a step, instead of the program's");
  addCommon(c, p, "sD");
}

static void addQueries(CLI::App &app, const Plan &plan, Parsed &p) {
  CommandOptions &o = p.options;
  CLI::App *logp = addCommand(app, "logp", "log-density of rows");
  addParams(logp, p);
  logp->add_option("--in", o.in, "rows, .npy or .csv")
      ->option_text("FILE")
      ->required();
  addGiven(logp, p);
  logp->add_option("--out", o.out, "log-densities to write, .npy or .csv")
      ->option_text("FILE")
      ->required();
  addCommon(logp, p, "sbd");
  addConditions(logp, plan, p);

  CLI::App *sample = addCommand(app, "sample", "draw samples");
  addParams(sample, p);
  sample->add_option("-n", o.count, "how many (default: the rows of --given)")
      ->option_text("N")
      ->check(CLI::NonNegativeNumber);
  addGiven(sample, p);
  sample->add_option("--out", o.out, "samples to write, .npy or .csv")
      ->option_text("FILE")
      ->required();
  sample
      ->add_option("--first-sample", o.firstSample,
                   "number of the first sample (default 0)")
      ->option_text("K")
      ->check(CLI::NonNegativeNumber);
  addCommon(sample, p, "sbd");
  addConditions(sample, plan, p);
}

static void addOthers(CLI::App &app, Parsed &p) {
  CommandOptions &o = p.options;
  CLI::App *check = addCommand(app, "check", "run the program's checks");
  addParams(check, p);
  addCommon(check, p, "sbD");

  // Executables have no tests: `rill test` comes this way, others learn so.
  CLI::App *test = addCommand(app, "test", "run the program's unit tests");
  test->group("");
  addCommon(test, p, "sbD");

  CLI::App *info = addCommand(app, "info", "what the program is");
  addParams(info, p);
  info->add_flag("--json", o.json, "the driver plan as JSON");
  addCommon(info, p, "");

  CLI::App *plot = addCommand(app, "plot", "a picture of a 2-D model");
  addParams(plot, p);
  plot->add_option("--out", o.out, "picture to write, .svg or .png")
      ->option_text("FILE")
      ->required();
  addGiven(plot, p);
  addCommon(plot, p, "sbdD");
}

/// The first thing on the command line that no option took is an error.
static void refuseExtras(const CLI::App &command) {
  const std::vector<std::string> extras = command.remaining();
  if (extras.empty())
    return;
  std::vector<std::string> known;
  for (const CLI::Option *option : command.get_options()) {
    for (const std::string &name : option->get_lnames())
      known.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      known.push_back("-" + name);
  }
  const std::string word = extras[0].substr(0, extras[0].find('='));
  throw usage(fmt::format("unknown {} '{}' for '{}'{}",
                          word[0] == '-' ? "option" : "argument", word,
                          command.get_name(), didYouMean(word, known)),
              "",
              fmt::format("'{} --help' lists its options", command.get_name()));
}

/// --data NAME=FILE, each for a data set that the program has.
static void takeData(const Plan &plan, Parsed &parsed) {
  for (const std::string &text : parsed.data) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos)
      throw usage(fmt::format("--data {} names no data set", text), "",
                  "write --data NAME=FILE");
    const std::string name = text.substr(0, equals);
    std::vector<std::string> names;
    for (const DataSpec &data : plan.data)
      names.push_back(data.name);
    if (!plan.findData(name))
      throw usage(fmt::format("the program has no data '{}'{}", name,
                              didYouMean(name, names)),
                  fmt::format("it has {}",
                              names.empty()
                                  ? "none"
                                  : fmt::format("{}", fmt::join(names, ", "))),
                  "");
    parsed.options.data.files[name] = text.substr(equals + 1);
  }
  if (parsed.options.splitSeed)
    for (const DataSpec &data : plan.data)
      parsed.options.data.splitSeeds[data.name] = *parsed.options.splitSeed;
}

static int dispatch(const std::string &command, Model &model,
                    const CommandOptions &options) {
  if (command == "train")
    return runTrain(model, options);
  if (command == "logp")
    return runLogp(model, options);
  if (command == "sample")
    return runSample(model, options);
  if (command == "check")
    return runCheck(model, options);
  if (command == "test")
    return runTest(model, options);
  if (command == "plot")
    return runPlot(model, options);
  return runInfo(model, options);
}

static std::string baseName(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

static int run(const RillProgram &program, const char *folder, int argc,
               char **argv) {
  const std::string called = argc > 0 ? argv[0] : "model";
  Parsed parsed;
  parsed.options.program = called;
  parsed.options.data.folder = folder ? folder : "";
  CLI::App app("A probabilistic model compiled by Rill", baseName(called));
  app.allow_extras();
  addTrain(app, parsed);
  addQueries(app, parsePlan(program.metadata), parsed);
  addOthers(app, parsed);
  const std::string first = argc > 1 ? argv[1] : "";
  std::vector<std::string> commands;
  for (const CLI::App *command : app.get_subcommands({}))
    if (!command->get_group().empty() || first == command->get_name())
      commands.push_back(command->get_name());
  if (!first.empty() && first[0] != '-' &&
      std::find(commands.begin(), commands.end(), first) == commands.end())
    throw usage(fmt::format("unknown command '{}'{}", first,
                            didYouMean(first, commands)),
                fmt::format("the commands are {}", fmt::join(commands, ", ")),
                fmt::format("'{} --help' says more", called));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    const auto chosen = app.get_subcommands();
    fmt::print("{}", (chosen.empty() ? &app : chosen[0])->help());
    return ExitOk;
  } catch (const CLI::ParseError &e) {
    // An option that is not there explains one that is missing.
    for (const CLI::App *command : app.get_subcommands())
      refuseExtras(*command);
    throw usage(e.what(), "",
                first.empty()
                    ? "'--help' lists the commands"
                    : fmt::format("'{} --help' lists its options", first));
  }
  const auto chosen = app.get_subcommands();
  refuseExtras(chosen.empty() ? app : *chosen[0]);
  if (chosen.empty())
    throw usage("no command given",
                fmt::format("the commands are {}", fmt::join(commands, ", ")),
                fmt::format("'{} --help' says more", called));
  if (parsed.options.json) {
    fmt::print("{}\n", program.metadata);
    return ExitOk;
  }
  const char *isa = std::getenv("RILL_ISA");
  Model model(program, {parsed.threads, isa ? isa : ""});
  takeData(model.plan(), parsed);
  takeConditions(model, parsed.options.dist, parsed.options.conditions,
                 parsed.options.given);
  return dispatch(chosen[0]->get_name(), model, parsed.options);
}

} // namespace rill::rt

int rill_main_in(const RillProgram *program, const char *folder, int argc,
                 char **argv) {
  using namespace rill::rt;
  int status;
  try {
    status = run(*program, folder, argc, argv);
  } catch (const Error &error) {
    std::fflush(stdout);
    std::fputs(render(error).c_str(), stderr);
    return error.status;
  } catch (const std::bad_alloc &) {
    std::fputs("error: out of memory\n  = help: try a smaller --batch\n",
               stderr);
    return ExitFailure;
  } catch (const std::exception &e) {
    std::fputs(render(internalError(e.what())).c_str(), stderr);
    return ExitFailure;
  }
  // What was printed must have arrived: a full disk behind stdout is a failure.
  if (std::fflush(stdout) != 0 && status == ExitOk) {
    std::fputs(
        render(Error("cannot write to standard output", std::strerror(errno)))
            .c_str(),
        stderr);
    return ExitFailure;
  }
  return status;
}

int rill_main(const RillProgram *program, int argc, char **argv) {
  return rill_main_in(program, nullptr, argc, argv);
}
