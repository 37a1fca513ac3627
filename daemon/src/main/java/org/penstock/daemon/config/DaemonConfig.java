package org.penstock.daemon.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything the daemon is configured with; effective values, checked.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param network where detectors connect
 * @param http where it answers over HTTP
 * @param security who may reach it
 * @param limits what one client may ask for
 * @param memory the slab and the ring
 * @param compression codec and threads
 * @param storage where files go
 * @param scan names and waits of a scan
 * @param service the daemon under a service manager
 */
public record DaemonConfig(
        NetworkConfig network,
        HttpConfig http,
        SecurityConfig security,
        LimitsConfig limits,
        MemoryConfig memory,
        CompressionConfig compression,
        StorageConfig storage,
        ScanConfig scan,
        ServiceConfig service) {

    /** @throws ConfigurationException when others would reach a port that is not protected */
    @SuppressWarnings("ConstantValue") // while a file is read, a section that was refused is null
    public DaemonConfig {
        if (network != null && http != null && security != null) {
            String forData = security.missingFor(network.host());
            String forHttp = http.port() == null ? null : security.missingFor(http.host());
            new SectionCheck("network")
                    .that(forData == null, "host", String.valueOf(forData), network.host())
                    .refuseProblems();
            new SectionCheck("http")
                    .that(forHttp == null, "host", String.valueOf(forHttp), http.host())
                    .refuseProblems();
        }
    }

    /**
     * Reads a file over the defaults.
     *
     * @param file YAML; null = the defaults alone
     * @throws ConfigurationException when the file can not be read or anything in it is refused; names every problem
     */
    public static DaemonConfig load(@Nullable Path file) {
        return file == null ? defaults() : ConfigReader.read(file);
    }

    /**
     * Returns every key with its effective value and where that comes from, in the order of the documentation.
     *
     * @param file as of {@link #load}
     * @throws ConfigurationException as {@link #load} does
     */
    public static List<ConfigEntry> explain(@Nullable Path file) {
        return ConfigReader.explain(file);
    }

    /**
     * Takes from a configuration that was read again what a running daemon may, see {@link Reload}.
     *
     * @throws ConfigurationException when that does not go with what stays
     */
    public Reload reload(DaemonConfig read) {
        return Reload.of(this, read);
    }

    /** Returns what runs when there is no file. */
    public static DaemonConfig defaults() {
        return ConfigReader.readDefaults();
    }

    /** Returns the same with another root of all that is written. */
    public DaemonConfig withDataDir(Path dataDir) {
        return new DaemonConfig(
                network, http, security, limits, memory, compression, storage.withDataDir(dataDir), scan, service);
    }

    /**
     * Returns the same, bound to another address.
     *
     * @throws ConfigurationException when it is not an address, or others would reach a port that is not protected
     */
    public DaemonConfig withHost(String host) {
        return withNetwork(network.withHost(host));
    }

    /**
     * Returns the same, bound to another port.
     *
     * @param port 0 = any free one
     * @throws ConfigurationException when it is not 0 to 65535
     */
    public DaemonConfig withPort(int port) {
        return withNetwork(network.withPort(port));
    }

    /**
     * Returns the same, answering over HTTP at another port.
     *
     * @param port 0 = any free one, null = no HTTP
     * @throws ConfigurationException when it is not 0 to 65535
     */
    public DaemonConfig withHttpPort(@Nullable Integer port) {
        return new DaemonConfig(
                network, http.withPort(port), security, limits, memory, compression, storage, scan, service);
    }

    /** Returns every key with its effective value in one line, for the log. */
    public String describe() {
        return ConfigKey.describe(this);
    }

    private DaemonConfig withNetwork(NetworkConfig newNetwork) {
        return new DaemonConfig(newNetwork, http, security, limits, memory, compression, storage, scan, service);
    }
}
