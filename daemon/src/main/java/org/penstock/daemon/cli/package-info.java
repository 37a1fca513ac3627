/**
 * The commands: {@link org.penstock.daemon.cli.Penstock} and its subcommands. Standard output is for results, standard error for the log.
 *
 * <p>Other modules add commands by {@link org.penstock.daemon.cli.CommandProvider}, found with {@link java.util.ServiceLoader}.
 */
@NullMarked
package org.penstock.daemon.cli;

import org.jspecify.annotations.NullMarked;
