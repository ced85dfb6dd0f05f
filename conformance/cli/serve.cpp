// assay serve
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include <array>
#include <numeric>
#include <ostream>
#include <thread>

#include "conformance/cli/files.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/serving.h"
#include "conformance/cli/target.h"
#include "conformance/lab/path_server.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/transfer/kill_matrix.h"
#include "conformance/suites/transfer/transfer.h"

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

Result<lab::ReferenceOptions> reference_options(const ServeCommand& command, transport::Binding binding) {
    lab::ReferenceOptions options;
    options.seed = command.seed;
    options.rsa = command.rsa;
    if (!command.versions.empty()) options.versions = command.versions;
    TRY(fault_options(command.fault_options, options));
    answer_over(binding, options);
    options.requester_roots = TRY(read_roots(command.requester_roots));
    options.judged_at = now();
    // Who is no friend of the reference could not authenticate itself.
    std::string form = options.requester_roots.empty() ? "none" : "encapsulated";
    options.mut_auth_requested = TRY(mut_auth(command.mut_auth.empty() ? form : command.mut_auth));
    options.basic_mut_auth = command.basic_mut_auth;
    options.psk = TRY(pre_shared_key(command.psk));
    options.heartbeat_period = static_cast<uint8_t>(command.heartbeat);
    if (!command.keylog.empty()) options.keylog = TRY(open_keylog(command.keylog));
    return options;
}

transport::Service service(const std::shared_ptr<lab::ReferenceDut>& dut) {
    transport::Service inner = lab::service(*dut);
    // The device lives as long as what serves it.
    return {
        [dut, inner](transport::Payload payload, ByteView message) { return inner.answer(payload, message); },
        [dut, inner](uint32_t session) { inner.ask_for_key_update(session); }};
}

transport::Service delayed(transport::Service service, std::chrono::milliseconds least,
                           std::chrono::milliseconds most, uint64_t seed) {
    if (most.count() == 0) return service;
    auto random = std::make_shared<SeededRandom>(seed);
    auto hold_back = [random, least, range = static_cast<uint64_t>((most - least).count()) + 1] {
        std::array<uint8_t, 8> bytes{};
        random->fill(bytes);
        uint64_t drawn = std::accumulate(bytes.begin(), bytes.end(), uint64_t{0},
                                         [](uint64_t sum, uint8_t byte) { return sum << 8 | byte; });
        std::this_thread::sleep_for(least + std::chrono::milliseconds(drawn % range));
    };
    service.answer = [inner = std::move(service.answer), hold_back](transport::Payload payload,
                                                                    ByteView message) {
        auto answer = inner(payload, message);
        hold_back();
        return answer;
    };
    return service;
}

namespace {

int serve_transfer(const ServeCommand& command, Streams& streams) {
    const auto faults = engine::with_faults(cases::path::path_faults(), command.fault_options.waive,
                                            command.fault_options.defects, cases::path::suite().name);
    if (!faults) return complain(streams, status::usage, faults.error().detail);
    lab::serve_path(*lab::reference_path(*faults), STDIN_FILENO, STDOUT_FILENO);
    return status::ok;
}

}  // namespace

int serve(const ServeCommand& command, Streams& streams) {
    if (command.path != command.listen.empty())
        return misuse(streams, "serve needs one of --listen and --path");
    if (command.path) return serve_transfer(command, streams);
    auto target = transport::parse_target(command.listen);
    if (!target) return complain(streams, status::usage, target.error().detail);
    if (command.empty_for_silence && target->scheme != transport::Scheme::emu)
        return complain(streams, status::usage, "--empty-for-silence needs --listen emu://HOST:PORT");
    auto options = reference_options(command, target->binding);
    if (!options) return complain(streams, status::usage, options.error());
    SystemClock clock;
    options->clock = &clock;
    auto device = lab::make_reference_device(*options);
    // One dut a peer; a peer that left with CONTINUE finds its own again.
    auto factory = [&] {
        return delayed(
            service(std::make_shared<lab::ReferenceDut>(device, crypto::openssl_provider(), *options)),
            std::chrono::milliseconds(command.delay_min_ms), std::chrono::milliseconds(command.delay_max_ms),
            command.seed);
    };
    auto server = transport::Server::listen(
        *target, factory, [&](const std::string& line) { streams.err << "assay: " << line << '\n'; },
        {.framing = options->framing, .empty_for_silence = command.empty_for_silence});
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
