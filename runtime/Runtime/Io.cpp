//===- Io.cpp - Whole files in, atomic files out --------------------------===//

#include "Runtime/Io.h"
#include "Runtime/Error.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rill::rt {

bool fileExists(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

std::string readFile(const std::string &path, const std::string &role) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (fd < 0)
    throw Error(fmt::format("cannot read {} '{}'", role, path),
                std::strerror(errno),
                errno == ENOENT ? "check the path; a relative path starts at "
                                  "the working directory"
                                : "");
  if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(fd);
    throw Error(fmt::format("cannot read {} '{}'", role, path),
                "it is a folder", "name a file");
  }
  std::string bytes;
  size_t used = 0;
  bytes.resize(std::max<off_t>(info.st_size, 0) + 1);
  for (;;) {
    ssize_t got = read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      int code = errno;
      close(fd);
      throw Error(fmt::format("cannot read {} '{}'", role, path),
                  std::strerror(code));
    }
    if (got == 0)
      break;
    used += got;
    if (used == bytes.size())
      bytes.resize(2 * used);
  }
  close(fd);
  bytes.resize(used);
  return bytes;
}

/// Holds SIGXFSZ and SIGPIPE back from this thread, so that the write that
/// raised them returns EFBIG or EPIPE instead of ending the process.
class HoldWriteSignals {
public:
  HoldWriteSignals() {
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &previous);
  }
  ~HoldWriteSignals() {
    timespec none{0, 0};
    while (sigtimedwait(&set, nullptr, &none) > 0)
      ;
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  }

private:
  sigset_t set, previous;
};

static bool isRegularOrNew(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode);
}

AtomicFile::AtomicFile(std::string target) : path(std::move(target)) {
  int flags = O_WRONLY | O_CLOEXEC;
  if (isRegularOrNew(path)) {
    // A link is followed: its target is what gets replaced.
    if (char *real = realpath(path.c_str(), nullptr)) {
      path = real;
      free(real);
    }
    temporary = fmt::format("{}.tmp.{}", path, getpid());
    flags |= O_CREAT | O_TRUNC;
  }
  const std::string &name = temporary.empty() ? path : temporary;
  fd = open(name.c_str(), flags, 0666);
  if (fd < 0) {
    temporary.clear();
    failed(errno, "create");
  }
}

AtomicFile::~AtomicFile() {
  if (fd >= 0)
    close(fd);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

void AtomicFile::failed(int code, const char *doing) {
  std::string help;
  if (code == ENOSPC || code == EFBIG || code == EDQUOT)
    help = "make room or choose another folder, then run the same command "
           "again";
  else if (code == ENOENT)
    help = "the folder must exist";
  throw Error(fmt::format("cannot {} '{}'", doing, path),
              fmt::format("{}{}", std::strerror(code),
                          temporary.empty() ? ""
                                            : "; a previous file of this name "
                                              "is untouched"),
              help);
}

void AtomicFile::put(const char *bytes, size_t size) {
  HoldWriteSignals hold;
  while (size > 0) {
    ssize_t done = ::write(fd, bytes, size);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      failed(errno, "write");
    bytes += done;
    size -= done;
  }
}

void AtomicFile::flush() {
  put(buffer.data(), buffer.size());
  buffer.clear();
}

void AtomicFile::write(const void *bytes, size_t size) {
  constexpr size_t room = 1 << 16;
  if (buffer.size() + size > room)
    flush();
  if (size > room)
    put(static_cast<const char *>(bytes), size);
  else
    buffer.append(static_cast<const char *>(bytes), size);
}

static std::string folderOf(const std::string &path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "."
         : slash == 0               ? "/"
                                    : path.substr(0, slash);
}

static void syncFolderOf(const std::string &path) {
  int dir = open(folderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0)
    return; // Not readable: the rename is still atomic, only not yet durable.
  fsync(dir);
  close(dir);
}

void removeStaleTemporaries(const std::string &path) {
  const std::string folder = folderOf(path);
  const std::string prefix = path.substr(path.rfind('/') + 1) + ".tmp.";
  DIR *dir = opendir(folder.c_str());
  if (!dir)
    return;
  while (const dirent *entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (name.rfind(prefix, 0) != 0)
      continue;
    const int pid = std::atoi(name.c_str() + prefix.size());
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
      unlink((folder + "/" + name).c_str());
  }
  closedir(dir);
}

void AtomicFile::commit() {
  flush();
  if (!temporary.empty() && fsync(fd) != 0)
    failed(errno, "write");
  int closed = close(fd);
  fd = -1;
  if (closed != 0)
    failed(errno, "write");
  if (temporary.empty())
    return;
  if (rename(temporary.c_str(), path.c_str()) != 0)
    failed(errno, "replace");
  temporary.clear();
  syncFolderOf(path);
}

void writeFile(const std::string &path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string extension(const std::string &path) {
  size_t dot = path.rfind('.'), slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash))
    return "";
  std::string ext = path.substr(dot + 1);
  for (char &c : ext)
    c = std::tolower(static_cast<unsigned char>(c));
  return ext;
}

} // namespace rill::rt
