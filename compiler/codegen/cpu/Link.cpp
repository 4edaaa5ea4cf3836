//===- Link.cpp - Objects to executables ----------------------------------===//
//
// See Link.h. lld takes the arguments that a compiler driver would give it for
// a position independent executable; libstdc++ and libgcc come from the kit as
// archives, libc and libm from the host.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Link.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <vector>

LLD_HAS_DRIVER(elf)

using namespace rill::cpu;
namespace fs = llvm::sys::fs;
using Message = std::optional<std::string>;

static const char *const interpreter = "/lib64/ld-linux-x86-64.so.2";

/// Folders where Debian, Fedora and Arch keep libc of x86-64.
static const char *const libraryFolders[] = {
    "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64",
    "/lib64", "/usr/lib"};

/// The host's shared library of that name, or empty: users need no
/// development package, so the file with the version is what is looked for.
static std::string hostLibrary(llvm::StringRef name) {
  for (const char *folder : libraryFolders) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    if (fs::exists(path))
      return path.str().str();
  }
  return "";
}

static std::string inKit(const LinkOptions &options, llvm::StringRef name) {
  llvm::SmallString<256> path(options.kit);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

static Message runLld(const std::vector<std::string> &arguments) {
  std::vector<const char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  lld::Result result =
      lld::lldMain(argv, llvm::nulls(), stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return "the linker failed: " + errors;
  return std::nullopt;
}

static Message linkInProcess(const std::string &object,
                             const std::string &output,
                             const LinkOptions &options) {
  for (const char *name :
       {"Scrt1.o", "crti.o", "crtbeginS.o", "rill_main.o", "librill_runtime.a",
        "libstdc++.a", "libgcc.a", "libgcc_eh.a", "libc_nonshared.a",
        "crtendS.o", "crtn.o"})
    if (!fs::exists(inKit(options, name)))
      return "the link kit '" + options.kit + "' lacks '" + name +
             "'; install Rill again, or use --linker=cc";
  std::string libc = hostLibrary("libc.so.6"), libm = hostLibrary("libm.so.6");
  if (libc.empty() || libm.empty())
    return "found no libc.so.6 and libm.so.6 on this machine";
  auto kit = [&](const char *name) { return inKit(options, name); };
  std::vector<std::string> arguments{"ld.lld",
                                     "-pie",
                                     "--eh-frame-hdr",
                                     "-m",
                                     "elf_x86_64",
                                     "--hash-style=gnu",
                                     "--build-id=none",
                                     "--gc-sections",
                                     "-O1",
                                     "-dynamic-linker",
                                     interpreter,
                                     "-o",
                                     output,
                                     kit("Scrt1.o"),
                                     kit("crti.o"),
                                     kit("crtbeginS.o"),
                                     kit("rill_main.o"),
                                     object,
                                     "--start-group",
                                     kit("librill_runtime.a"),
                                     kit("libstdc++.a"),
                                     kit("libgcc.a"),
                                     kit("libgcc_eh.a")};
  if (fs::exists(kit("libz.a")))
    arguments.push_back(kit("libz.a"));
  for (std::string tail :
       {std::string("--end-group"), libm, libc, kit("libc_nonshared.a"),
        std::string("--as-needed"), std::string(interpreter), kit("crtendS.o"),
        kit("crtn.o")})
    arguments.push_back(tail);
  return runLld(arguments);
}

static Message linkByCc(const std::string &object, const std::string &output,
                        const LinkOptions &options) {
  auto compiler = llvm::sys::findProgramByName("c++");
  if (!compiler)
    compiler = llvm::sys::findProgramByName("g++");
  if (!compiler)
    return "--linker=cc needs a C++ compiler named 'c++' or 'g++' in PATH";
  std::string main = inKit(options, "rill_main.o");
  std::string runtime = inKit(options, "librill_runtime.a");
  std::vector<llvm::StringRef> arguments{
      *compiler,       "-o", output, main, object, runtime, "-static-libstdc++",
      "-static-libgcc"};
  std::string zlib = inKit(options, "libz.a");
  arguments.push_back(fs::exists(zlib) ? llvm::StringRef(zlib) : "-lz");
  arguments.push_back("-lm");
  arguments.push_back("-pthread");
  std::string error;
  int code = llvm::sys::ExecuteAndWait(*compiler, arguments, std::nullopt, {},
                                       0, 0, &error);
  if (code != 0)
    return "'" + *compiler + "' failed to link '" + output + "'" +
           (error.empty() ? "" : ": " + error);
  return std::nullopt;
}

static Message writeFile(const std::string &path, const std::string &bytes) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (!error) {
    stream << bytes;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  if (error)
    return "cannot write '" + path + "': " + error.message();
  return std::nullopt;
}

/// A name for a file of this process that nobody else has.
static std::string temporaryName(llvm::StringRef beside) {
  llvm::SmallString<256> path;
  fs::createUniquePath(beside + "-%%%%%%%%.o", path,
                       /*MakeAbsolute=*/false);
  return path.str().str();
}

Message rill::cpu::mergeObjects(const std::vector<std::string> &objects,
                                std::string &merged) {
  llvm::SmallString<128> folder;
  llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, folder);
  llvm::sys::path::append(folder, "rill");
  std::string output = temporaryName(folder);
  std::vector<std::string> files;
  std::vector<std::string> arguments{"ld.lld",     "-r", "-m",
                                     "elf_x86_64", "-o", output};
  Message failed;
  for (const std::string &object : objects) {
    files.push_back(temporaryName(folder));
    if (!failed)
      failed = writeFile(files.back(), object);
    arguments.push_back(files.back());
  }
  if (!failed)
    failed = runLld(arguments);
  if (!failed) {
    auto buffer = llvm::MemoryBuffer::getFile(output);
    if (buffer)
      merged = (*buffer)->getBuffer().str();
    else
      failed = "cannot read '" + output + "': " + buffer.getError().message();
  }
  files.push_back(output);
  for (const std::string &file : files)
    fs::remove(file);
  return failed;
}

Message rill::cpu::linkExecutable(const std::string &object,
                                  const std::string &output,
                                  const LinkOptions &options) {
  // Beside the output, so that the last step is a rename on one file system.
  std::string suffix =
      ".tmp" + std::to_string(llvm::sys::Process::getProcessId());
  std::string objectPath = output + suffix + ".o", linked = output + suffix;
  Message failed = writeFile(objectPath, object);
  if (!failed)
    failed = options.useCc ? linkByCc(objectPath, linked, options)
                           : linkInProcess(objectPath, linked, options);
  fs::remove(objectPath);
  if (!failed)
    if (std::error_code error = fs::rename(linked, output))
      failed = "cannot write '" + output + "': " + error.message();
  if (failed)
    fs::remove(linked);
  return failed;
}
