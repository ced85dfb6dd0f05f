// assay run --role requester
#include <fmt/format.h>

#include "conformance/cli/files.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/role_run.h"
#include "conformance/cli/target.h"
#include "conformance/lab/command.h"
#include "conformance/lab/library_requester.h"
#include "conformance/lab/requester_reference.h"
#include "conformance/lab/requester_socket.h"
#include "conformance/suites/requester/kill_matrix.h"
#include "conformance/suites/requester/suite.h"

namespace assay::cli {

namespace {

namespace requester = cases::requester;

std::unexpected<Error> wrong(std::string_view option, std::string what) {
    return fail(Errc::bad_text, option, Error::npos, std::move(what));
}

bool has_target(const RunCommand& command) { return command.target != RunCommand{}.target; }
bool is_built_in(const RunCommand& command) {
    return command.dut_command.empty() && command.listen.empty() && !has_target(command);
}

// Errors: Errc::bad_text for a check that a requester does not have, or another requester than the built-in.
Result<spdm::FaultConfig> faults_of(const RunCommand& command) {
    const FaultOptions& wanted = command.fault_options;
    if (!wanted.waive.empty() && !is_built_in(command))
        return wrong("--waive", "--waive is for the requester in this process");
    return engine::with_faults(requester::requester_faults(), wanted.waive, wanted.defects,
                               requester::suite().name);
}

Result<requester::ResponderOptions> responder_of(const RunCommand& command) {
    requester::ResponderOptions options;
    options.seed = command.seed;
    options.psk = TRY(pre_shared_key(command.psk));
    const IdentityOptions& identity = command.responder;
    if (is_built_in(command)) {
        if (identity.chain.empty() && identity.key.empty() && command.requester_roots.empty()) return options;
        return wrong("--responder-chain",
                     "--responder-chain, --responder-key and --requester-root need "
                     "--dut-command, --listen or --target: the built-in requester trusts Assay's roots");
    }
    options.issuers = lab::Issuers::as_leaf;
    options.judged_at = now();
    options.requester_roots = TRY(read_roots(command.requester_roots));
    for (const auto& [algo, slots] : TRY(read_identity(identity.chain, identity.key)))
        options.identities[algo] = *slots[0];
    return options;
}

// The roots of the certificates that the requester meets, as files: ALGORITHM.der and .pem, and all.pem.
std::map<std::string, Bytes> roots_of(const requester::ResponderOptions& options) {
    std::map<std::string, Bytes> files;
    const auto add = [&](crypto::SignAlgo algo, ByteView root) {
        const std::string pem = crypto::to_pem(root);
        files[fmt::format("{}.der", crypto::name(algo))] = to_bytes(root);
        files[fmt::format("{}.pem", crypto::name(algo))] = to_bytes(as_bytes(pem));
        append(files["all.pem"], as_bytes(pem));
    };
    for (const auto& [algo, who] : options.identities) add(algo, who.root_der);
    if (!options.identities.empty()) return files;
    for (const crypto::SignAlgo algo : lab::kHostileAlgos)
        add(algo, lab::hostile_pki(algo, options.issuers).root.der());
    return files;
}

Result<std::unique_ptr<lab::RequesterDut>> open(const RunCommand& command, const std::string& roots,
                                                const spdm::FaultConfig& faults) {
    if (is_built_in(command)) return std::make_unique<lab::ReferenceRequester>(faults);
    if (has_target(command)) {
        if (!command.dut_command.empty() || !command.listen.empty())
            return wrong("--target", "--target excludes --dut-command and --listen");
        const transport::Target target = TRY(transport::parse_target(command.target));
        if (target.scheme != transport::Scheme::lib)
            return wrong("--target",
                         "a requester that is no library connects to Assay: --target can only be "
                         "reference or lib:PATH; --dut-command and --listen are for others");
        return lab::LibraryRequester::open(target.path, target.options, roots);
    }
    lab::SocketRequesterOptions options;
    const std::string usual = "emu://127.0.0.1:0?binding=mctp";
    options.listen = TRY(transport::parse_target(command.listen.empty() ? usual : command.listen));
    if (options.listen.scheme != transport::Scheme::tcp && options.listen.scheme != transport::Scheme::emu)
        return wrong("--listen", "--listen: a requester can only connect to tcp:// or emu://");
    if (!command.dut_command.empty() && !command.dut_command.contains("{port}") && command.listen.empty()) {
        return wrong("--dut-command",
                     "--dut-command does not say where the requester connects: {port} is missing");
    }
    options.command = command.dut_command;
    options.names = {{"{roots}", roots}};
    options.timeout = std::chrono::milliseconds(command.dut_timeout_ms);
    return lab::open_requester(std::move(options));
}

std::vector<std::string> further_arguments(const RunCommand& command) {
    std::vector<std::string> arguments;
    const auto add = [&](std::string_view option, const std::string& value) {
        if (!value.empty()) arguments.insert(arguments.end(), {std::string(option), value});
    };
    add("--dut-command", command.dut_command);
    add("--listen", command.listen);
    if (command.dut_timeout_ms != RunCommand{}.dut_timeout_ms)
        add("--dut-timeout", std::to_string(command.dut_timeout_ms));
    add("--psk", command.psk.key.value_or(""));
    add("--psk-hint", command.psk.hint.value_or(""));
    add("--responder-chain", command.responder.chain);
    add("--responder-key", command.responder.key);
    for (const std::string& root : command.requester_roots) add("--requester-root", root);
    std::ranges::copy(common_arguments(command), std::back_inserter(arguments));
    return arguments;
}

}  // namespace

Result<RoleRun> run_requester(const RunCommand& command, const engine::RunOptions& options,
                              const engine::RunControl& control) {
    const spdm::FaultConfig faults = TRY(faults_of(command));
    const requester::ResponderOptions responder = TRY(responder_of(command));
    const lab::TemporaryFolder roots;
    TRY(lab::write_folder(roots.path(), roots_of(responder)));
    const auto dut = TRY(open(command, roots.path().string(), faults));
    if (command.dut_command.empty() && !command.listen.empty()) control.progress(0, 1, {.id = dut->target()});
    requester::Subject subject(*dut, responder);
    TRY(requester::probe(subject, options.versions));
    engine::RunReport report = requester::run(subject, engine::Requirements::embedded(), options, control);
    if (!is_built_in(command)) {
        report.remarks = {"with an honest responder the requester does this:\n" +
                          requester::scan(subject, options.versions)};
    }
    return RoleRun{.report = std::move(report),
                   .details = {.arguments = further_arguments(command),
                               .has_target = command.dut_command.empty() && command.listen.empty()}};
}

}  // namespace assay::cli
