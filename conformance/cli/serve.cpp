// assay serve
#include <fmt/format.h>
#include <csignal>

#include <ostream>
#include <thread>

#include "conformance/cli/commands.h"
#include "conformance/lab/reference.h"
#include "stack/transport/server.h"

namespace assay::cli {

namespace {

// Blocks the signals that end a server, before any thread is made.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

}  // namespace

int serve(const ServeCommand& command, Streams& streams) {
    auto target = transport::parse_target(command.listen);
    if (!target) return complain(streams, status::usage, target.error().detail);
    lab::ReferenceOptions options;
    options.seed = command.seed;
    options.rsa = command.rsa;
    if (!command.versions.empty()) options.versions = command.versions;
    for (const std::string& name : command.waive) {
        auto check = spdm::check_from_name(name);
        if (!check)
            return complain(streams, status::usage,
                            fmt::format("there is no check '{}' (assay run --kill-matrix lists them)", name));
#ifdef ASSAY_HARNESS
        options.waivers.waive(*check);
#else
        return complain(streams, status::usage,
                        "this build cannot waive checks: it was made without ASSAY_HARNESS");
#endif
    }
    auto device = lab::make_reference_device(options);
    // One dut a peer; a peer that left with CONTINUE finds its own again.
    auto factory = [&]() -> transport::Answer {
        auto dut = std::make_shared<lab::ReferenceDut>(device, crypto::openssl_provider(), options);
        return [dut](ByteView message) { return dut->exchange(message).value_or(std::nullopt); };
    };
    auto server = transport::Server::listen(
        *target, factory, [&](const std::string& line) { streams.err << "assay: " << line << '\n'; });
    if (!server) return complain(streams, status::unreachable, server.error().detail);
    sigset_t signals = block_signals();
    std::thread waiter([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        (*server)->stop();
    });
    streams.out << "listening on " << transport::to_text((*server)->target()) << '\n' << std::flush;
    (*server)->run();
    waiter.join();
    return status::ok;
}

}  // namespace assay::cli
