// A connection: bytes in and out, with TLS where the endpoint has a certificate and was compiled with OpenSSL.
#pragma once
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#else
struct SSL_CTX;
#endif

class Connection {
 public:
  std::string in, out;
  /** Tells connections apart that had the same descriptor one after the other. */
  unsigned long number = 0;
  /** Whether `out` waits until the socket takes more. */
  bool waits = false;

  Connection(int descriptor, unsigned long number, SSL_CTX *context) : number(number), descriptor_(descriptor) {
#ifdef WITH_TLS
    if (context == nullptr) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor);
    SSL_set_accept_state(ssl_);
#else
    (void)context;
#endif
  }
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;
  ~Connection() {
#ifdef WITH_TLS
    if (ssl_ != nullptr) SSL_free(ssl_);
#endif
    close(descriptor_);
  }

  /** Appends to `in` what has come. @returns whether the connection still stands */
  bool receive(char *buffer, size_t size) {
    for (;;) {
      const ssize_t count = read(buffer, size);
      if (count > 0) in.append(buffer, static_cast<size_t>(count));
      else return count < 0;
      if (static_cast<size_t>(count) < size && !encrypted()) return true;
    }
  }

  /** Sends what it can of `out`; the rest stays there. */
  void flush() {
    while (!out.empty()) {
      const ssize_t count = write(out.data(), out.size());
      if (count <= 0) return;
      out.erase(0, static_cast<size_t>(count));
    }
  }

 private:
  bool encrypted() const {
#ifdef WITH_TLS
    return ssl_ != nullptr;
#else
    return false;
#endif
  }

  /** 0: at its end or broken, below 0: nothing there yet */
  ssize_t read(char *buffer, size_t size) {
#ifdef WITH_TLS
    if (ssl_ != nullptr) {
      ERR_clear_error();
      const int count = SSL_read(ssl_, buffer, static_cast<int>(size));
      return count > 0 ? count : later(count) ? -1 : 0;
    }
#endif
    const ssize_t count = ::recv(descriptor_, buffer, size, 0);
    return count < 0 && errno != EAGAIN ? 0 : count;
  }

  ssize_t write(const char *data, size_t size) {
#ifdef WITH_TLS
    if (ssl_ != nullptr) {
      ERR_clear_error();
      return SSL_write(ssl_, data, static_cast<int>(size));
    }
#endif
    return ::send(descriptor_, data, size, MSG_NOSIGNAL);
  }

#ifdef WITH_TLS
  bool later(int count) const {
    const int error = SSL_get_error(ssl_, count);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }
  SSL *ssl_ = nullptr;
#endif
  int descriptor_;
};

/** @returns nullptr for no certificate; ends the process where it cannot be used */
inline SSL_CTX *tlsContext(const std::string &certificate, const std::string &key) {
  if (certificate.empty()) return nullptr;
#ifdef WITH_TLS
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1) {
    return context;
  }
  fprintf(stderr, "the certificate %s cannot be used\n", certificate.c_str());
#else
  (void)key;
  fprintf(stderr, "compiled without TLS\n");
#endif
  exit(1);
}
