# escape=`
FROM busybox
SHELL ["powershell", "-Command"]
ENV legacy some value `
    goes on
ADD https://example.com/a.tar.gz C:\a\
ADD --keep-git-dir --checksum=0123456789012345678901234567890123456789 https://example.com/r.git#v1:dir /src
RUN echo a `

    ; echo b
MAINTAINER somebody
