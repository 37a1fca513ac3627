package org.penstock.daemon.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the software; the protocol and the files have their own. */
public final class PenstockVersion implements IVersionProvider {
    /** As in {@code pom.xml}. */
    public static final String VERSION = "0.1.0";

    @Override
    public String[] getVersion() {
        return new String[] {"penstock " + VERSION};
    }
}
