//===- Io.h - Whole files in, atomic files out ------------------*- C++ -*-===//
//
// Reading a file whole, and writing one so that a reader or a crash at any
// moment sees either the previous content or the new one. No formats here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_IO_H
#define RILL_RUNTIME_IO_H

#include <cstddef>
#include <string>
#include <string_view>

namespace rill::rt {

bool fileExists(const std::string &path);

/// The bytes of `path`. `role` names the file in errors ("data file").
std::string readFile(const std::string &path, const std::string &role);

/// Replaces a file atomically: bytes go to a temporary file beside it, which
/// is synced and renamed over the target by commit(), and the folder synced.
/// Without commit() the target is untouched and the temporary removed. A full
/// disk or a size limit is an Error (SIGXFSZ is held back from the process).
/// A target that is a device or pipe (/dev/full, /dev/stdout) is written
/// directly.
class AtomicFile {
public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;

  void write(const void *bytes, size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

private:
  void flush();
  void put(const char *bytes, size_t size);
  [[noreturn]] void failed(int code, const char *doing);

  std::string path, temporary, buffer;
  int fd = -1;
};

/// AtomicFile in one call.
void writeFile(const std::string &path, std::string_view bytes);

/// Removes temporary files that writers of `path` left when they were killed:
/// those whose process is gone.
void removeStaleTemporaries(const std::string &path);

/// The part after the last dot in lower case, "" if none.
std::string extension(const std::string &path);

} // namespace rill::rt
#endif
