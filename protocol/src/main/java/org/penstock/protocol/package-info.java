/** The wire format, version 1. */
package org.penstock.protocol;
