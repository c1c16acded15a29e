# Lời của install.ps1 bằng tiếng Việt; bản tiếng Anh ở en.psd1 có cùng các tên.
@{
    needs_administrator = 'cần quyền quản trị: bấm đúp install.cmd rồi chọn Yes (Có)'
    damaged = 'tệp bị hỏng hoặc thiếu: {0}; sao chép lại cả thư mục'
    no_python = 'đặt đúng một tệp python-3.*-embed-amd64.zip cạnh tệp này (xem README.md)'
    not_signed = 'python.exe không có chữ ký của Python Software Foundation'
    does_not_fit = 'bộ cài không hợp với bản Python cạnh tệp này'
    not_protected = 'không đặt được quyền cho thư mục {0}'
    agent_failed = 'lệnh {0} không thành công'
    paste = 'Dán chuỗi tham gia (wardwatch:...) rồi nhấn Enter'
    not_joined = 'máy chưa tham gia được nên chưa cài dịch vụ'
    as_before = 'chưa cập nhật được: phiên bản cũ đã chạy lại như trước'
    joined_not_started = 'máy đã tham gia nhưng dịch vụ chưa chạy: sửa lỗi rồi chạy lại, không cần chuỗi mới'
    nothing = 'chưa cài gì lên máy này'
    installed = 'Đã cài xong, máy bắt đầu gửi báo cáo.'
    updated = 'Đã cập nhật, máy vẫn giữ danh tính cũ.'
    removed = 'Đã gỡ hết: {0}'
    close = 'Nhấn Enter để đóng cửa sổ'
}
